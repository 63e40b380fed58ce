// Days left as words, icon and colour together.
import { useSession } from "../../host/host.tsx";
import { useSay } from "../../messages/language.tsx";
import type { Say } from "../../messages/message.ts";
import { ErrorSmallIcon, SuccessSmallIcon, WarningSmallIcon } from "../../ui/index.ts";
import { daysLeft, type DaysLeft } from "./days-left.ts";

export function daysLeftText({ standing, days }: DaysLeft, say: Say): string {
  switch (standing) {
    case "not-yet": return say("days.notYet", { count: days });
    case "ended": return days === 0 ? say("days.endedToday") : say("days.ended", { count: days });
    case "good":
    case "soon": return days === 0 ? say("days.today") : say("days.left", { count: days });
  }
}

export function DaysLeftLabel({ certificate }: { readonly certificate: { readonly notBefore: string; readonly notAfter: string } }) {
  const say = useSay();
  const { now } = useSession();
  const left = daysLeft(certificate, now);
  const [icon, tone] = left.standing === "good" ? [<SuccessSmallIcon key="icon" className="tone-success" />, "dim"]
    : left.standing === "ended" ? [<ErrorSmallIcon key="icon" className="tone-error" />, "tone-error"]
    : [<WarningSmallIcon key="icon" className="tone-warning" />, "tone-warning"];
  return <span className={`with-icon ${tone}`}>{icon}{daysLeftText(left, say)}</span>;
}
