// The same request in the languages that clients are written in.
import { useCallback, useState } from "react";
import type { SnippetRequest } from "../../../app/contract.ts";
import type { Host } from "../../../app/host.ts";
import { useLoaded } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, Field, Input, SaveIcon, Tabs } from "../../ui/index.ts";
import { LoadedView } from "../loaded-view.tsx";
import { saveText } from "../save-file.ts";
import type { Draft } from "./draft.ts";

type Language = SnippetRequest["language"];

/** Proper names, the same in every language. */
const languageNames = { php: "PHP", node: "Node.js", csharp: "C#", powershell: "PowerShell", python: "Python", java: "Java", curl: "curl" } as const satisfies Record<Language, string>;
const languages = Object.keys(languageNames) as readonly Language[];

/** Stands in a snippet where no address was typed. */
const exampleUrl = "https://coremr.example.org/ws/patients";

function Text({ language, user, algorithm, method, url }: SnippetRequest) {
  const say = useSay();
  const read = useCallback((host: Host) => host.signature.snippet({ language, user, algorithm, method, url }), [language, user, algorithm, method, url]);
  const loaded = useLoaded(read, true);
  return (
    <LoadedView loaded={loaded}>{({ text, fileName, needs }) => (
      <>
        <div className="card-head snippet-head">
          <p className="dim">{say("snippet.needs", { needs })}</p>
          <div className="row">
            <CopyButton text={text} name={say("app.copyWhat", { what: say("snippet.what", { language: languageNames[language] }) })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
            <Button size="small" icon={<SaveIcon />} aria-label={say("snippet.save", { file: fileName })} onClick={() => saveText(fileName, text)}>{say("keyUser.save")}</Button>
          </div>
        </div>
        <pre className="code snippet" tabIndex={0} aria-label={languageNames[language]}>{text}</pre>
      </>
    )}</LoadedView>
  );
}

/** Keeps the language that was chosen last, while the window is open. */
let lastLanguage: Language = "php";

export function Snippets({ draft, onUrl }: { readonly draft: Draft; readonly onUrl: (url: string) => void }) {
  const say = useSay();
  const [language, setLanguage] = useState(lastLanguage);
  const choose = (chosen: Language) => {
    lastLanguage = chosen;
    setLanguage(chosen);
  };
  return (
    <section className="card" aria-labelledby="snippets-title">
      <h2 className="part-title" id="snippets-title">{say("snippet.title")}</h2>
      <p className="dim card-lead">{say("snippet.lead")}</p>
      <Field label={say("snippet.url")} className="snippet-url">
        <Input className="mono" type="url" value={draft.url} maxLength={8192} spellCheck={false} autoComplete="off" placeholder={exampleUrl} onChange={(_, { value }) => onUrl(value)} />
      </Field>
      <Tabs id="snippet" label={say("snippet.languages")} tabs={languages.map((key) => ({ key, title: languageNames[key] }))} chosen={language} onChoose={choose}>
        <Text language={language} user={draft.user.trim()} algorithm={draft.algorithm} method={draft.method} url={draft.url.trim() === "" ? exampleUrl : draft.url.trim()} />
      </Tabs>
    </section>
  );
}
