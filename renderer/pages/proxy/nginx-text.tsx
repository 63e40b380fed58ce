// A line of NGINX in its colours.
import { colourLine, type Span } from "./directive-colour.ts";

export function Spans({ spans }: { readonly spans: readonly Span[] }) {
  return <>{spans.map(({ shade, text }, index) => (shade === "plain" || shade === "mark" ? text : <span key={index} className={`nginx-${shade}`}>{text}</span>))}</>;
}

/** `continues` says that a directive of the lines above has not ended yet. */
export function NginxLine({ text, continues }: { readonly text: string; readonly continues: boolean }) {
  return <Spans spans={colourLine(text, continues)} />;
}
