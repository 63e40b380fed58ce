// Copies a text with one click and says that it did.
import { Button } from "@fluentui/react-components";
import { useEffect, useState } from "react";
import { CopiedIcon, CopyIcon } from "./icons.tsx";

type State = "idle" | "copied" | "failed";

/**
 * `name` is what a screen reader hears; the labels are what stands on the button, beside its icon alone where `label` is
 * empty. One that is not `focusable` is left out by the Tab key.
 */
export function CopyButton({ text, name, label, copied, failed, focusable = true }: {
  readonly text: string | (() => string); readonly name: string; readonly label: string; readonly copied: string; readonly failed: string; readonly focusable?: boolean;
}) {
  const [state, setState] = useState<State>("idle");
  useEffect(() => {
    if (state === "idle") return undefined;
    const timer = window.setTimeout(() => setState("idle"), 2_000);
    return () => window.clearTimeout(timer);
  }, [state]);
  const copy = () => {
    navigator.clipboard.writeText(typeof text === "string" ? text : text()).then(() => setState("copied"), () => setState("failed"));
  };
  const said = state === "idle" ? "" : state === "copied" ? copied : failed;
  return (
    <>
      <Button size="small" appearance="subtle" className="copy" icon={state === "copied" ? <CopiedIcon /> : <CopyIcon />} aria-label={name} onClick={copy} {...(!focusable && { tabIndex: -1 })}>
        {said === "" ? label : said}
      </Button>
      <span className="visually-hidden" role="status">{said}</span>
    </>
  );
}
