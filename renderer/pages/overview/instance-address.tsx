// Where an instance answers: by the site before it, or by itself. Plain http that other computers reach is marked.
import { isLoopback } from "../../../app/santedb/endpoint.ts";
import { useSay } from "../../messages/language.tsx";
import type { FrontedInstance } from "./front.ts";
import { addressOfInstance } from "./overview.ts";

export function InstanceAddress({ instance }: { readonly instance: FrontedInstance }) {
  const say = useSay();
  const { front, scheme, host } = instance;
  const own = addressOfInstance(instance);
  if (front) {
    const open = host !== null && !isLoopback(host);
    return <><span className="mono break">{front.address}</span>{own !== null && <div className={open ? "tone-warning" : "dim"}>{say(open ? "front.open" : "front.behind", { address: own })}</div>}</>;
  }
  if (own === null) return <span className="dim">{say("overview.address.none")}</span>;
  return <span className={`mono break${scheme === "http" ? " tone-warning" : ""}`}>{own}</span>;
}
