// The state of a service in a word, with its icon.
import type { ServiceState as State } from "../../../app/santedb/instance.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, SuccessSmallIcon, WarningSmallIcon } from "../../ui/index.ts";

export function ServiceState({ state }: { readonly state: State }) {
  const say = useSay();
  const [icon, tone] = state === "running" ? [<SuccessSmallIcon key="icon" className="tone-success" />, ""]
    : state === "stopped" ? [<ErrorSmallIcon key="icon" className="tone-error" />, "tone-error"]
    : [<WarningSmallIcon key="icon" className="tone-warning" />, "tone-warning"];
  return <span className={`with-icon ${tone}`}>{icon}{say(`service.${state}`)}</span>;
}
