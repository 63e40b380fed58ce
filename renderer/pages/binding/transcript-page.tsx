// Another computer's output, pasted or dropped: read, and asked who answers there. It is kept in this page alone.
import { useRef, useState, type DragEvent } from "react";
import type { Transcript } from "../../../app/http-sys/http-sys-view.ts";
import { transcriptLimit } from "../../../app/http-sys/transcript-lines.ts";
import { useAct, useHost } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, Field, OpenFileIcon, Spinner, Textarea } from "../../ui/index.ts";
import { ErrorNotice } from "../error-notice.tsx";
import { Section } from "./section.tsx";
import { readTranscriptFile } from "./transcript-text.ts";
import { TranscriptView } from "./transcript-view.tsx";

interface Read { readonly transcript: Transcript; readonly text: string }
type Mistake = "missing" | "large" | "unreadable";

/** A text that is longer is read without being shown whole: a field with megabytes in it is slow. */
const shownLength = 200_000;

export function TranscriptPage() {
  const say = useSay();
  const host = useHost();
  const chooser = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  /** Of a file that is too long for the field. */
  const [held, setHeld] = useState<{ readonly name: string; readonly text: string } | null>(null);
  const [mistake, setMistake] = useState<Mistake | null>(null);
  const [over, setOver] = useState(false);
  const [turn, setTurn] = useState(0);
  const { act, run } = useAct<Read>();

  const read = (whole: string) => {
    const wrong = whole.trim() === "" ? "missing" : whole.length > transcriptLimit ? "large" : null;
    setMistake(wrong);
    if (wrong !== null) return;
    setTurn(turn + 1);
    void run(async () => ({ transcript: await host.transcript.read({ text: whole }), text: whole }));
  };
  const take = async (file: File) => {
    const whole = await readTranscriptFile(file).catch(() => undefined);
    if (whole === undefined || whole === null) {
      setMistake(whole === null ? "large" : "unreadable");
      return;
    }
    const long = whole.length > shownLength;
    setText(long ? "" : whole);
    setHeld(long ? { name: file.name, text: whole } : null);
    read(whole);
  };
  const takeFirst = (files: FileList | null) => {
    const file = files?.[0];
    if (file) void take(file);
  };
  const fault = mistake === null ? {} : { validationState: "error" as const, validationMessage: say(`transcript.mistake.${mistake}`) };
  return (
    <Section name="transcript">
      <div className="stack">
        <form className={`card transcript-form${over ? " drop-over" : ""}`} noValidate onSubmit={(event) => { event.preventDefault(); read(held?.text ?? text); }}
          onDragEnter={(event) => { event.preventDefault(); setOver(true); }}
          onDragOver={(event) => { event.preventDefault(); event.dataTransfer.dropEffect = "copy"; }}
          onDragLeave={(event: DragEvent) => { if (!(event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget))) setOver(false); }}
          onDrop={(event) => { event.preventDefault(); setOver(false); takeFirst(event.dataTransfer.files); }}>
          <input ref={chooser} type="file" hidden aria-label={say("transcript.file")} onChange={(event) => { takeFirst(event.currentTarget.files); event.currentTarget.value = ""; }} />
          <Field label={say("transcript.text")} hint={held ? say("transcript.held", { file: held.name }) : say("transcript.text.hint")} {...fault}>
            <Textarea className="transcript-text" rows={8} value={text} spellCheck={false} autoComplete="off" placeholder="netsh http show sslcert"
              onChange={(_, { value }) => { setText(value); setHeld(null); setMistake(null); }} />
          </Field>
          <div className="row">
            <Button type="submit" appearance="primary">{say("transcript.read")}</Button>
            <Button icon={<OpenFileIcon />} onClick={() => chooser.current?.click()}>{say("transcript.choose")}</Button>
            {act.state === "running" && <Spinner size="tiny" label={say("transcript.reading")} />}
          </div>
        </form>
        {act.state === "failed" && <ErrorNotice error={act.error} />}
        {act.state === "done" && <TranscriptView key={turn} transcript={act.value.transcript} text={act.value.text} />}
      </div>
    </Section>
  );
}
