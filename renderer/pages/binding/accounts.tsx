// The accounts of a reservation with their rights in words, and the SDDL behind them on demand.
import { useSay } from "../../messages/language.tsx";

interface Account { readonly name: string; readonly sid: string | null; readonly rights: readonly ("listen" | "delegate")[] }

export function Accounts({ accounts, sddl }: { readonly accounts: readonly Account[]; readonly sddl: string | null }) {
  const say = useSay();
  return (
    <>
      {accounts.length === 0 ? <span className="dim">{say("reservations.nobody")}</span> : (
        <ul className="accounts">
          {accounts.map(({ name, sid, rights }) => (
            <li key={`${name} ${sid ?? ""}`} title={sid ?? undefined}>
              <span className="break">{name}</span> <span className="dim">{rights.length === 0 ? say("reservations.right.none") : rights.map((right) => say(`reservations.right.${right}`)).join(", ")}</span>
            </li>
          ))}
        </ul>
      )}
      {sddl !== null && <details className="evidence small"><summary>{say("reservations.sddl")}</summary><code className="mono break">{sddl}</code></details>}
    </>
  );
}
