// Names of key users: what may stand in a header in which nothing is escaped (docs.coremr.com/ws/security).

const longest = 64;

/** Characters with a name of their own, for telling what is wrong. */
const characterNames: Readonly<Record<string, string>> = {
  ",": "a comma", "=": "an equals sign", "\"": "a quotation mark", "'": "a quotation mark", "`": "a quotation mark", "\u2018": "a quotation mark", "\u2019": "a quotation mark", "\u201c": "a quotation mark", "\u201d": "a quotation mark",
  " ": "a blank", "\t": "a tab", "\n": "a line end", "\r": "a line end", "\u00a0": "a non-breaking blank, which looks like a blank", "\u00ad": "a soft hyphen, which nobody sees",
  "\u200b": "a zero-width space, which nobody sees", "\u200c": "a zero-width character, which nobody sees", "\u200d": "a zero-width character, which nobody sees",
  "\u200e": "a direction mark, which nobody sees", "\u200f": "a direction mark, which nobody sees", "\u2060": "a zero-width character, which nobody sees", "\ufeff": "a byte order mark, which nobody sees",
};

/** Why a key user cannot have this name, in words that fit after "A key user cannot be named so:"; null for one that is good. */
export function nameProblem(name: string): string | null {
  if (name === "") return "the name is empty.";
  if (/,\s*Signature=/i.test(name)) return "it holds “, Signature=”, which ends the name in the header.";
  // In code points, so that what people see as one character is called one.
  for (const character of name.slice(0, 2 * longest + 2)) {
    const named = characterNames[character];
    if (named !== undefined) return `it holds ${named}.`;
    if (/[\0-\x1f\x7f-\x9f]/.test(character)) return `it holds a control character (U+${codeOf(character)}).`;
    if (!/[\x21-\x7e]/.test(character)) return `it holds ${/[\p{L}\p{N}]/u.test(character) ? `“${character}”` : "a character"} (U+${codeOf(character)}), which is not ASCII.`;
  }
  return name.length > longest ? `it has ${name.length} characters; ${longest} are the most.` : null;
}

const codeOf = (character: string): string => (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");

/** The name as the beginning of a file's name, on every system. */
export function fileStem(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._-]+/g, "_").replace(/^\.+/, "").slice(0, 100);
  // Devices of DOS, which Windows finds under any ending.
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(plain) ? `_${plain}` : plain || "key";
}
