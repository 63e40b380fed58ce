// A value as one word of NGINX's grammar. Source: ngx_conf_read_token in nginx's src/core/ngx_conf_file.c.

/** Bytes of a word at most: nginx reads its files through a buffer of 4096, and refuses a word that fills it. */
const wordLimit = 4000;

/** Whether a value can stand in a file as one word that means itself: no variable, nothing that breaks or hides a line. */
export function canBeWord(value: string): boolean {
  return value !== "" && !/[$\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(value) && new TextEncoder().encode(word(value)).length <= wordLimit;
}

/** A value as a word, in quotes where it would be taken for more or less than one without. */
export function word(value: string): string {
  return /^[\w./:*@%+=,~-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}
