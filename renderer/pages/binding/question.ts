// What is asked about a client: where it connects, and which name it asks for.

export interface Question {
  readonly target: string;
  /** Name that the client asks for at an address; "" for none. A target that is a name is asked for itself. */
  readonly serverName: string;
}

/** Whether a target is an address of the machine, with or without a port, rather than a name. */
export function isAddress(target: string): boolean {
  const text = target.trim().replace(/^https:\/\/([^/?#]*).*$/i, "$1");
  return text.startsWith("[") || /^[\d.]+(?::\d*)?$/.test(text) || /^[\da-f]*:[\da-f]*:/i.test(text);
}
