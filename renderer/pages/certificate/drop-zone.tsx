// Where files are dropped, or chosen with the system's own dialog.
import { useRef, useState, type DragEvent, type ReactNode } from "react";
import { AddFileIcon } from "../../ui/index.ts";
import { certificateFileTypes } from "./certificate-files.ts";

/**
 * All of its content takes files that are dropped. `label` is the name of the hidden file field; `choose` opens the dialog,
 * which offers the extensions of `accept`: those of certificates where it is left out, all for "".
 */
export function DropTarget({ label, accept = certificateFileTypes, onFiles, children }: {
  readonly label: string; readonly accept?: string; readonly onFiles: (files: readonly File[]) => void; readonly children: (choose: () => void) => ReactNode;
}) {
  const chooser = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [choose] = useState(() => () => chooser.current?.click());
  const take = (files: FileList | null) => {
    if (files !== null && files.length > 0) onFiles([...files]);
  };
  return (
    <div className={`stack drop-target${over ? " drop-over" : ""}`}
      onDragEnter={(event) => { event.preventDefault(); setOver(true); }}
      onDragOver={(event) => { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; }}
      onDragLeave={(event: DragEvent) => { if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false); }}
      onDrop={(event) => { event.preventDefault(); setOver(false); take(event.dataTransfer.files); }}>
      <input ref={chooser} type="file" multiple accept={accept} hidden aria-label={label}
        onChange={(event) => { take(event.currentTarget.files); event.currentTarget.value = ""; }} />
      {children(choose)}
    </div>
  );
}

/** The large button that stands where no file is chosen yet. `busy` is shown instead of its words. */
export function DropZone({ title, hint, missing, busy, onChoose }: {
  readonly title: string; readonly hint: string; readonly missing: boolean; readonly busy?: ReactNode; readonly onChoose: () => void;
}) {
  return (
    <button type="button" className={`drop-zone${missing ? " drop-missing" : ""}`} onClick={onChoose} aria-describedby="drop-hint">
      {busy ?? (
        <>
          <AddFileIcon className="accent" />
          <span className="strong">{title}</span>
          <span className="dim" id="drop-hint">{hint}</span>
        </>
      )}
    </button>
  );
}
