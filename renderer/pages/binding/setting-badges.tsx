// The settings of a record that differ from their defaults, as badges, and in full with the name that netsh has for each.
import { useLanguage } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { Fact } from "../instance/fact.tsx";
import type { Flag, FlagValue } from "./flag-list.ts";

const numberOf = (value: FlagValue, tag: string): string => (typeof value === "number" ? new Intl.NumberFormat(tag).format(value) : String(value));

/** A flag in a few words. */
export const badgeText = ({ name, value }: Flag, say: Say, tag: string): string => {
  switch (name) {
    case "revocationfreshnesstime":
    case "urlretrievaltimeout":
    case "sslctlidentifier":
    case "sslctlstorename": return say(`badge.${name}`, { value: numberOf(value, tag) });
    default: return say(`badge.${name}`);
  }
};

/** Badges that are drawn in a row of the list; the rest is counted. */
const shown = 2;

export function SettingBadges({ flags, all = false }: { readonly flags: readonly Flag[]; readonly all?: boolean }) {
  const { say, tag } = useLanguage();
  const texts = flags.map((flag) => badgeText(flag, say, tag));
  const visible = all ? texts : texts.slice(0, shown);
  if (texts.length === 0) return null;
  return (
    <span className="badges" title={texts.join(", ")}>
      {visible.map((text) => <span key={text} className="badge">{text}</span>)}
      {texts.length > visible.length && (
        <span className="badge"><span aria-hidden="true">+{texts.length - visible.length}</span><span className="visually-hidden">{texts.slice(shown).join(", ")}</span></span>
      )}
    </span>
  );
}

function valueText({ name, value }: Flag, say: Say, tag: string): string {
  if (typeof value === "boolean") return say(value ? "setting.on" : "setting.off");
  if (value === "" || value === 0) return say("setting.none");
  if (name === "revocationfreshnesstime") return say("setting.seconds", { value: numberOf(value, tag) });
  if (name === "urlretrievaltimeout") return say("setting.milliseconds", { value: numberOf(value, tag) });
  return String(value);
}

export function SettingList({ flags }: { readonly flags: readonly Flag[] }) {
  const { say, tag } = useLanguage();
  return (
    <dl className="facts settings">
      {flags.map((flag) => (
        <Fact key={flag.name} name={say(`setting.${flag.name}`)}>
          <span className="spaced"><span className="strong">{valueText(flag, say, tag)}</span><span className="mono dim">{flag.name}</span></span>
        </Fact>
      ))}
    </dl>
  );
}
