// The first line of a file of NGINX that Lockstep wrote, by which it knows its own.

/** Grows by one when the form of the file changes. */
export const siteForm = 1;

export const siteMarker = `# Lockstep site, form ${siteForm}. Written by Lockstep: change the site there, not this file.`;

/** The form of a file that Lockstep wrote; null for a foreign one. */
export function formOf(text: string): number | null {
  const form = /^# Lockstep site, form (\d{1,4})\./.exec(text)?.[1];
  return form === undefined ? null : Number(form);
}
