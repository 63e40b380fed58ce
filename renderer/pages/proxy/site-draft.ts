// The new site that was begun last, while the window is open. It holds nothing secret.
import { emptyForm, type SiteForm } from "./site-form.ts";

let left: SiteForm = emptyForm;

export const draftLeft = (): SiteForm => left;

export function leaveDraft(form: SiteForm): void {
  left = form;
}
