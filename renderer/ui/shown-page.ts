// Keeps the page open to screen readers when a dialog is taken out of it together with its page.
import { useEffect } from "react";

/**
 * While a dialog is open the kit hides the rest of the window from screen readers, and shows it again when the dialog
 * closes. One that goes with its page, as on the browser's Back, never closes. `page` is whatever changes with the page.
 */
export function useShownPage(page: string): void {
  useEffect(() => {
    const timer = window.setTimeout(() => {
      if (document.querySelector('[aria-modal="true"]') === null) document.getElementById("root")?.removeAttribute("aria-hidden");
    });
    return () => window.clearTimeout(timer);
  }, [page]);
}
