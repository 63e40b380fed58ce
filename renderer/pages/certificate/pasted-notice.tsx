// Says what a pasted number was freed of, and what it is where it is no thumbprint.
import { useSay } from "../../messages/language.tsx";
import { Notice } from "../../ui/index.ts";
import type { Pasted } from "./pasted-number.ts";
import { Thumbprint } from "./thumbprint.tsx";

function titleOf({ is, number, entry, problem }: Pasted, say: ReturnType<typeof useSay>): string | null {
  switch (is) {
    case "serial": return say("pasted.serial", { name: entry?.name ?? "" });
    case "sha256": return say("pasted.sha256", { name: entry?.name ?? "" });
    case "length": return say("pasted.length", { count: number?.length ?? 0 });
    case "other": return problem;
    case "words":
    case "thumbprint":
    case "part": return null;
  }
}

/** Shows nothing where there is nothing to say. */
export function PastedNotice({ pasted }: { readonly pasted: Pasted }) {
  const say = useSay();
  const title = titleOf(pasted, say);
  const removed = pasted.hidden.length === 0 ? null : say("pasted.removed", { what: pasted.hidden.join(", ") });
  return (
    <div role="status" className="pasted">
      {(title !== null || removed !== null) && (
        <Notice intent="information" title={title ?? removed}>
          {title !== null && removed !== null && <p>{removed}</p>}
          {title !== null && pasted.entry && <p className="row">{say("pasted.thumbprint")} <Thumbprint value={pasted.entry.certificate.thumbprint} /></p>}
        </Notice>
      )}
    </div>
  );
}
