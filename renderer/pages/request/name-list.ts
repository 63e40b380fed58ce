// The further names of a request: what joins the list, what stays in the field, and how each is spoken of.
import type { Say } from "../../messages/message.ts";
import { namesIn, namesLimit, requestedName, type NameFault, type RequestedName } from "./requested-name.ts";

export type GoodName = Exclude<RequestedName, { readonly kind: "fault" }>;

/** Why a name is none, in a sentence. */
export function faultText(name: string, fault: NameFault, say: Say): string {
  switch (fault) {
    case "address-bar": return say("request.fault.addressBar", { name });
    case "port": return say("request.fault.port", { name });
    case "wildcard": return say("request.fault.wildcard", { name });
    case "hidden": return say("request.fault.hidden", { name });
    case "no-name": return say("request.fault.noName", { name });
  }
}

/** What a name is shown with beside itself: the form that the certificate has. */
export function nameNote({ kind, name, typed }: GoodName, say: Say): string {
  switch (kind) {
    case "ip": return say("request.name.ip");
    case "wildcard": return say("request.name.wildcard", { name: name.slice(2) });
    case "dns": return name === typed.toLowerCase() ? "" : name;
  }
}

/** Takes the text of the field into the list. Gives what became of it: the new list, and what stays because it is no name. */
export function takeNames(text: string, names: readonly GoodName[], say: Say): { readonly names: readonly GoodName[]; readonly rest: string; readonly mistake: string | null } {
  const judged = namesIn(text).map(requestedName);
  const good = judged.flatMap((each) => (each.kind === "fault" ? [] : [each]));
  const bad = judged.flatMap((each) => (each.kind === "fault" ? [each] : []));
  const all = [...new Map([...names, ...good].map((each) => [each.name, each])).values()];
  if (all.length >= namesLimit) return { names, rest: text, mistake: say("request.names.tooMany", { limit: namesLimit }) };
  const [first] = bad;
  return { names: all, rest: bad.map(({ typed }) => typed).join(" "), mistake: first ? faultText(first.typed, first.fault, say) : null };
}
