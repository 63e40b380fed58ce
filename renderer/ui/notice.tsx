// A notice: one thing said about the page, with its weight as icon, colour and border.
import type { ReactNode } from "react";
import { ErrorIcon, InformationIcon, SuccessIcon, WarningIcon } from "./icons.tsx";

export type Intent = "error" | "warning" | "information" | "success";

export function IntentIcon({ intent }: { readonly intent: Intent }) {
  switch (intent) {
    case "error": return <ErrorIcon className="tone-error" />;
    case "warning": return <WarningIcon className="tone-warning" />;
    case "information": return <InformationIcon className="tone-information" />;
    case "success": return <SuccessIcon className="tone-success" />;
  }
}

/** `announce` reads it out at once when it appears; for what the person must know now. */
export function Notice({ intent, title, announce = false, actions, children }: {
  readonly intent: Intent; readonly title: ReactNode; readonly announce?: boolean; readonly actions?: ReactNode; readonly children?: ReactNode;
}) {
  return (
    <div className={`notice notice-${intent}`} role={announce ? "alert" : undefined}>
      <span className="notice-icon"><IntentIcon intent={intent} /></span>
      <div className="notice-body">
        <div className="notice-title">{title}</div>
        {children}
      </div>
      {actions !== undefined && <div className="notice-actions">{actions}</div>}
    </div>
  );
}
