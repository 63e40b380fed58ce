// What a certificate serves: bindings, configurations, services, proxies.
import type { Use } from "../../../app/certificates/certificate.ts";
import { useSay } from "../../messages/language.tsx";

export function UseList({ uses, label }: { readonly uses: readonly Use[]; readonly label: string }) {
  const say = useSay();
  return (
    <ul className="uses" aria-label={label}>
      {uses.map(({ kind, subject }) => (
        <li key={`${kind} ${subject}`}><span className="dim">{say(`use.${kind}`)}</span> <span className="mono break">{subject}</span></li>
      ))}
    </ul>
  );
}
