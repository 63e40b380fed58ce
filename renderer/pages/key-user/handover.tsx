// What CorEMR's staff is handed: the public key, and the note that says what to register and how to see that it is the right one.
import { useCallback } from "react";
import type { ExportedKeyUser, KeyUser } from "../../../app/cws/cws-view.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, SaveIcon } from "../../ui/index.ts";
import { LoadedView } from "../loaded-view.tsx";
import { saveText } from "../save-file.ts";

/** A name for the file of a public key that is not handed over any more. */
const fileNameOf = (name: string): string => `${name}.public.pem`;

export function PublicKeyText({ publicKey, fileName }: { readonly publicKey: string; readonly fileName: string }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="public-key-title">
      <header className="card-head">
        <h3 id="public-key-title">{say("keyUser.publicKey")}</h3>
        <div className="row">
          <CopyButton text={publicKey} name={say("app.copyWhat", { what: say("keyUser.publicKey.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
          <Button size="small" icon={<SaveIcon />} aria-label={say("keyUser.publicKey.save")} onClick={() => saveText(fileName, publicKey)}>{say("keyUser.save")}</Button>
        </div>
      </header>
      <details className="evidence">
        <summary>{say("stored.pem.show")}</summary>
        <pre className="code pem" tabIndex={0}>{publicKey}</pre>
      </details>
    </section>
  );
}

function Note({ exported: { note, user } }: { readonly exported: ExportedKeyUser }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="note-title">
      <header className="card-head">
        <h3 id="note-title">{say("keyUser.note")}</h3>
        <div className="row">
          <CopyButton text={note} name={say("app.copyWhat", { what: say("keyUser.note.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
          <Button size="small" icon={<SaveIcon />} aria-label={say("keyUser.note.save")} onClick={() => saveText(`${user.name}.txt`, note)}>{say("keyUser.save")}</Button>
        </div>
      </header>
      <p className="dim card-lead">{say("keyUser.note.means")}</p>
      <pre className="code note-text" tabIndex={0} aria-labelledby="note-title">{note}</pre>
    </section>
  );
}

/** Both, for an active key user; of a retired one, whose name another may have by now, the key alone. */
export function Handover({ user: { name, state, publicKey } }: { readonly user: KeyUser }) {
  const read = useCallback((host: Host) => host.keyUser.export({ name }), [name]);
  return state === "active" ? <ActiveHandover read={read} /> : <PublicKeyText publicKey={publicKey} fileName={fileNameOf(name)} />;
}

function ActiveHandover({ read }: { readonly read: (host: Host) => Promise<ExportedKeyUser> }) {
  const loaded = useLoaded(read);
  return (
    <LoadedView loaded={loaded}>{(exported) => (
      <>
        <Note exported={exported} />
        <PublicKeyText publicKey={exported.publicKey} fileName={exported.fileName} />
      </>
    )}</LoadedView>
  );
}
