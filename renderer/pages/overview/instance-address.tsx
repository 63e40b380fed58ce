// Where an instance answers: by the site before it, or by itself. Plain http that other computers reach is marked.
import { isLoopback } from "../../../app/santedb/endpoint.ts";
import { useSay } from "../../messages/language.tsx";
import type { FrontedInstance } from "./front.ts";
import { addressOfInstance } from "./overview.ts";

/** The address behind the site: past it, where other computers reach that as well. */
export function OwnAddress({ instance }: { readonly instance: FrontedInstance }) {
  const say = useSay();
  const { host } = instance;
  const address = addressOfInstance(instance);
  const open = host !== null && !isLoopback(host);
  return address !== null && <span className={open ? "tone-warning" : "dim"}>{say(open ? "front.open" : "front.behind", { address })}</span>;
}

export function InstanceAddress({ instance }: { readonly instance: FrontedInstance }) {
  const say = useSay();
  const { front, scheme } = instance;
  const own = addressOfInstance(instance);
  if (front) return <><span className="mono break">{front.address}</span><div><OwnAddress instance={instance} /></div></>;
  if (own === null) return <span className="dim">{say("overview.address.none")}</span>;
  return <span className={`mono break${scheme === "http" ? " tone-warning" : ""}`}>{own}</span>;
}
