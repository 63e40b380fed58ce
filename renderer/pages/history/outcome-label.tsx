// The outcome of a change in words, with its icon.
import type { Outcome } from "../../../app/contract.ts";
import { useSay } from "../../messages/language.tsx";
import { ErrorSmallIcon, InformationSmallIcon, SuccessSmallIcon, UndoneIcon, WarningSmallIcon } from "../../ui/index.ts";

function OutcomeIcon({ outcome }: { readonly outcome: Outcome }) {
  switch (outcome) {
    case "applied": return <SuccessSmallIcon className="tone-success" />;
    case "undone": return <UndoneIcon className="tone-information" />;
    case "cancelled": return <InformationSmallIcon className="tone-information" />;
    case "failed":
    case "kept":
    case "interrupted": return <WarningSmallIcon className="tone-warning" />;
    case "not-put-back": return <ErrorSmallIcon className="tone-error" />;
  }
}

export function OutcomeLabel({ outcome }: { readonly outcome: Outcome }) {
  const say = useSay();
  return <span className="with-icon"><OutcomeIcon outcome={outcome} />{say(`outcome.${outcome}`)}</span>;
}
