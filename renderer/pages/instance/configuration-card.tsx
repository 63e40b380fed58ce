// The configuration of an instance or of a file: its tree, and below it the change of addresses alone.
import { useState } from "react";
import type { ConfigurationView } from "../../../app/santedb/configuration-view.ts";
import { useSay } from "../../messages/language.tsx";
import { Button, useRestoreFocusTarget } from "../../ui/index.ts";
import { usePlanDialog } from "../plan/plan-dialog.tsx";
import { portGroups, type PortGroup } from "./configuration-nodes.ts";
import { ConfigurationTree } from "./configuration-tree.tsx";
import { addressesRequest } from "./requests.ts";

/** Where a port's addresses can be moved to: to the other scheme, or to either where it has both. */
const targetsOf = ({ schemes }: PortGroup): readonly ("http" | "https")[] => (["https", "http"] as const).filter((scheme) => schemes.length > 1 || !schemes.includes(scheme));

/** A row for each port. `of` names the configuration for the host. */
export function AddressRows({ of, configuration, elevates }: { readonly of: string; readonly configuration: ConfigurationView; readonly elevates: boolean }) {
  const say = useSay();
  const restoresFocus = useRestoreFocusTarget();
  const change = usePlanDialog(elevates);
  const ports = portGroups(configuration);
  const file = configuration.restFile ?? configuration.file;
  return (
    <>
      <ul className="address-rows" aria-label={say("addresses.ports")}>
        {ports.map((group) => (
          <li key={group.port}>
            <span className="grow spaced"><span className="strong">{say("addresses.port", { port: String(group.port) })}</span><span className="dim">{say("addresses.count", { count: group.count, schemes: group.schemes.join(", ") })}</span></span>
            {targetsOf(group).map((to) => (
              <Button key={to} {...restoresFocus} aria-label={say(`addresses.${to}.actionWhich`, { port: String(group.port) })}
                onClick={() => change.ask(addressesRequest(say, of, file, to, ports.length > 1 ? group.port : null))}>{say(`addresses.${to}.action`)}</Button>
            ))}
          </li>
        ))}
      </ul>
      {change.dialog}
    </>
  );
}

export function ConfigurationCard({ configuration }: { readonly configuration: ConfigurationView }) {
  const say = useSay();
  return (
    <section className="card" aria-labelledby="configuration-title">
      <h2 id="configuration-title">{say("configuration.title")}</h2>
      <p className="dim card-lead">{say("configuration.lead")}</p>
      <ConfigurationTree configuration={configuration} label={say("configuration.title")} />
    </section>
  );
}

/** Folded away: an instance is better secured as a whole. */
export function AddressesOnly({ of, configuration, elevates }: { readonly of: string; readonly configuration: ConfigurationView; readonly elevates: boolean }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  if (portGroups(configuration).length === 0) return null;
  return (
    <details className="card folded" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("addresses.only")}</summary>
      <p className="dim addresses-lead">{say("addresses.only.lead")}</p>
      <AddressRows of={of} configuration={configuration} elevates={elevates} />
    </details>
  );
}
