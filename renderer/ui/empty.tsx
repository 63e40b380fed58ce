// What stands where a list has nothing to show: that it is empty, and what to do next.
import type { ReactNode } from "react";

export function Empty({ icon, title, children }: { readonly icon: ReactNode; readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <span className="empty-icon">{icon}</span>
      <div className="strong">{title}</div>
      <div className="dim">{children}</div>
    </div>
  );
}
