// The way from each part of a page to the others.
import { addressOf, type Route } from "../shell/route.ts";

/** `current` is the name of the part that is open. */
export function PartLinks<Name extends string>({ label, parts, titleOf, current }: {
  readonly label: string; readonly parts: readonly { readonly name: Name; readonly route: Route }[]; readonly titleOf: (name: Name) => string; readonly current: Name;
}) {
  return (
    <nav className="sections" aria-label={label}>
      {parts.map(({ name, route }) => <a key={name} href={addressOf(route)} aria-current={name === current ? "page" : undefined}>{titleOf(name)}</a>)}
    </nav>
  );
}
