// A header whose signature is hidden until a person asks to see it. Its text is read when it is shown or copied, and stands nowhere else.
import { useLayoutEffect, useRef, useState } from "react";
import { useSay } from "../../messages/language.tsx";
import { Button, CopyButton, HideIcon, ShowIcon } from "../../ui/index.ts";
import type { maskHeader } from "./masked-header.ts";

/** What of a header may be shown. */
export function MaskedText({ shown, hidden }: ReturnType<typeof maskHeader>) {
  const say = useSay();
  return <>{shown}{hidden > 0 && <span className="dim">{say("signature.hidden", { count: hidden })}</span>}</>;
}

function Revealed({ read }: { readonly read: () => string }) {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    if (element.current) element.current.textContent = read();
  }, [read]);
  return <span ref={element} />;
}

/** `read` gives the whole header; `masked` what of it may be shown. */
export function MaskedHeader({ read, masked }: { readonly read: () => string; readonly masked: ReturnType<typeof maskHeader> }) {
  const say = useSay();
  const [revealed, setRevealed] = useState(false);
  return (
    <div className="masked-header">
      <pre className="code" tabIndex={0} aria-label={say("signature.header")}>{revealed ? <Revealed read={read} /> : <MaskedText {...masked} />}</pre>
      <div className="row">
        <CopyButton text={read} name={say("app.copyWhat", { what: say("signature.header.what") })} label={say("app.copy")} copied={say("app.copied")} failed={say("app.copyFailed")} />
        <Button size="small" appearance="subtle" icon={revealed ? <HideIcon /> : <ShowIcon />} onClick={() => setRevealed(!revealed)}>{say(revealed ? "signature.hide" : "signature.reveal")}</Button>
      </div>
    </div>
  );
}
