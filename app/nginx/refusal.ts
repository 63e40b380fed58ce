// What NGINX says when it refuses a configuration, and what to do. Source: runs of 1.18 to 1.31, ngx_conf_file.c, ngx_event_openssl.c.

export interface Refusal {
  /** End of a sentence, without a full stop, with file and line where it names them. */
  readonly reason: string;
  /** A whole sentence. */
  readonly remedy: string;
}

/** By the system's number, whose text is "Unknown error" where an older NGINX runs with a newer C library. */
export const portTaken = /\(98:|Address already in use/i;

const remedies: readonly (readonly [pattern: RegExp, remedy: string])[] = [
  [/key values mismatch/i, "Give the certificate's own key, and put the server's certificate first in its file."],
  [/pass phrase|bad password read|bad decrypt/i, "Take the password off the key: NGINX has nobody to ask for it."],
  [/cannot load certificate key.*No such file|cannot load certificate key.*not found/i, "Correct the path of the key, or put it there."],
  [/cannot load certificate.*No such file/i, "Correct the path of the certificate, or put it there."],
  [/PEM_read_bio|no start line|PEM_R_/i, "Give the certificate and its key in PEM."],
  [/key too small|ee key too small/i, "Have the certificate issued again with a key of 2048 bits at least."],
  [/\(13:|Permission denied/i, "Run Lockstep as root, and see who may read the file."],
  [portTaken, "Another program holds the port: stop it, or choose another port."],
  [/duplicate (?:listen|default server)/i, "Two servers say the same of one address; take it out of one of them."],
  [/unknown directive/i, "The directive belongs to a module that is not there, or to a newer NGINX; or it is misspelled."],
  [/host not found in upstream/i, "Correct the upstream's name, or give its address."],
  [/could not build (?:the )?server_names_hash/i, "Raise it in the http block of nginx.conf: `server_names_hash_bucket_size 512;`."],
  [/zero size shared memory zone|is already (?:declared|bound)|duplicate (?:upstream|zone|location)/i, "Something of the same name stands in another file: choose another name, or take it out there."],
  [/open\(\).*failed \(2:/i, "Correct the path, or take the include out: a link there leads nowhere."],
];

/** Of several lines the first that says why; the last one only says that it failed. */
export function explainRefusal(output: string): Refusal {
  const lines = output.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  const phrase = lines.find((line) => /pass ?phrase/i.test(line));
  const line = lines.find((each) => /\[(?:emerg|crit|alert)\]/.test(each)) ?? lines.find((each) => /\[error\]/.test(each)) ?? lines[0];
  if (line === undefined) return { reason: "it gave no reason", remedy: "See its error log." };
  const text = line.replace(/^.*?\[(?:emerg|crit|alert|error)\]\s*/, "").replace(/^\d+#\d+:\s*(?:\*\d+\s*)?/, "").replace(/\.$/, "").slice(0, 400);
  const remedy = phrase === undefined ? remedies.find(([pattern]) => pattern.test(text))?.[1] : remedies.find(([pattern]) => pattern.test("pass phrase"))?.[1];
  return { reason: text, remedy: remedy ?? "Correct it at the place that it names." };
}
