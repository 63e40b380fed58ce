// One file, chosen with the system's dialog or dropped, as a field of a form.
import { useId } from "react";
import { useLanguage } from "../../messages/language.tsx";
import { formatSize } from "../../messages/size.ts";
import { Button, ErrorSmallIcon, FileIcon, OpenFileIcon, RemoveIcon } from "../../ui/index.ts";
import { DropTarget } from "../certificate/drop-zone.tsx";

/** A `quiet` one shows its label only beside a file, since the button says it. `choose` stands on the button; `accept` are the extensions that the dialog offers, all for "". */
export function FileField({ label, hint, quiet = false, choose, accept, file, mistake, onFile, onRemove }: {
  readonly label: string; readonly hint?: string; readonly quiet?: boolean; readonly choose: string; readonly accept: string; readonly file: File | null; readonly mistake?: string | null;
  readonly onFile: (file: File) => void; readonly onRemove: () => void;
}) {
  const { say, tag } = useLanguage();
  const id = useId();
  const said = mistake ?? null;
  return (
    <DropTarget label={label} accept={accept} onFiles={([first]) => { if (first) onFile(first); }}>{(open) => (
      <div className="file-field" role="group" aria-labelledby={`${id}label`} aria-describedby={`${id}hint`}>
        <span id={`${id}label`} className={quiet && !file ? "visually-hidden" : undefined}>{label}</span>
        {file ? (
          <div className="chosen-file">
            <FileIcon className="dim" /><span className="strong break">{file.name}</span><span className="dim">{formatSize(file.size, tag)}</span>
            <Button appearance="subtle" size="small" icon={<RemoveIcon />} aria-label={say("files.remove", { file: file.name })} onClick={onRemove} />
          </div>
        ) : <Button icon={<OpenFileIcon />} {...(quiet && { appearance: "subtle" as const, size: "small" as const, className: "quiet" })} onClick={open}>{choose}</Button>}
        <span id={`${id}hint`} hidden={quiet && !file && said === null} className={said === null ? "dim small" : "with-icon tone-error small"} role={said === null ? undefined : "alert"}>{said !== null && <ErrorSmallIcon />}{said ?? hint}</span>
      </div>
    )}</DropTarget>
  );
}
