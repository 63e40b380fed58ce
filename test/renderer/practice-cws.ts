// Key users, signatures and the listener of the stand-in machine. Its signatures are no RSA: they carry the digests of the
// user and of the body, so that a header can be checked and its mistake named without a key.
import { createHash } from "node:crypto";
import { hashOf, signedBy, type Algorithm, type Method, type Signed } from "../../app/cws/algorithm.ts";
import type { AddedKeyUser, Diagnosis, ExaminedKey, KeyForm, KeyUser, ListenerState, Mistake, MistakeCode, Received } from "../../app/cws/cws-view.ts";
import { bodyLimit, type BodySource, type UploadedFile } from "../../app/contract.ts";
import { problem } from "../../app/errors.ts";
import type { Finding } from "../../app/finding.ts";
import type { Emit, Implementation } from "../../app/host.ts";
import { finding, practicePassword, type Scenario } from "./practice-host.ts";

const digestOf = (hash: "sha1" | "sha256", content: string | Uint8Array): Buffer => createHash(hash).update(content).digest();

/** What stands for a public key in PEM; the same for the same seed, another for another. */
export function practicePem(seed: string): string {
  const bytes = Buffer.concat(Array.from({ length: 17 }, (_, at) => digestOf("sha256", `${seed} ${at}`)));
  return ["-----BEGIN PUBLIC KEY-----", ...(bytes.toString("base64").match(/.{1,64}/g) ?? []), "-----END PUBLIC KEY-----", ""].join("\n");
}

const fingerprintOf = (publicKey: string): string => digestOf("sha256", publicKey.trim()).toString("hex").toUpperCase();

const day = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * day).toISOString();

function user(name: string, keyBits: number, addedAgo: number, part: Partial<KeyUser> = {}): KeyUser {
  const publicKey = practicePem(`${name} ${addedAgo}`);
  return { name, state: "active", keyBits, fingerprint: fingerprintOf(publicKey), added: daysAgo(addedAgo), retired: null, by: "CLINIC-7\\Amina", replaces: null, publicKey, ...part };
}

/** One that replaced another, one that is weak, one whose name was given again. */
const someUsers = (): KeyUser[] => [
  user("clinic7", 4096, 400), user("clinic7-2027", 4096, 3, { replaces: "clinic7" }), user("laboratory", 3072, 90, { by: "CLINIC-7\\Administrator" }), user("pharmacy", 2048, 700),
  user("pharmacy", 2048, 1400, { state: "retired", retired: daysAgo(701) }), user("registry.old", 2048, 1500, { state: "retired", retired: daysAgo(30), by: "CLINIC-7\\Administrator" }),
];

function usersOf({ keyUsers = "some" }: Scenario): KeyUser[] {
  switch (keyUsers) {
    case "none": return [];
    case "some": return someUsers();
    case "many": return Array.from({ length: 4000 }, (_, index) => user(`site-${String(index).padStart(4, "0")}`, index % 3 === 0 ? 4096 : 2048, index % 900, index % 5 === 0 ? { state: "retired", retired: daysAgo(index % 30) } : {}));
  }
}

const forms: readonly { readonly found: RegExp; readonly form: KeyForm; readonly said: string; readonly changes: readonly string[] }[] = [
  { found: /PRIVATE KEY-----/, form: "private-key", said: "a private key in PEM", changes: ["Only the public half was taken; the private one was dropped."] },
  { found: /BEGIN PUBLIC KEY-----/, form: "pem", said: "a public key in PEM", changes: [] },
  { found: /BEGIN RSA PUBLIC KEY-----/, form: "pkcs1", said: "a PKCS #1 public key", changes: ["The PKCS #1 key was put into a SubjectPublicKeyInfo, which CorEMR reads."] },
  { found: /BEGIN CERTIFICATE-----/, form: "certificate", said: "a certificate", changes: ["The key was taken out of the certificate; its names and its expiry mean nothing to CorEMR."] },
  { found: /^ssh-rsa /, form: "openssh", said: "an OpenSSH public key", changes: ["The OpenSSH key was written anew as PEM.", "Its comment was left out."] },
];

const textOf = ({ content }: UploadedFile): string => Buffer.from(content, "base64").toString("utf8");

const mistake = (code: MistakeCode, message: string, evidence: string, mend: string): Mistake => ({ code, message, evidence, mend });

/** What stands in `headers` and logs in place of a signature. */
const masked = (header: string): string => header.replace(/(Signature=)\S+/, "$1(hidden)");

export function practiceCws({ scenario, emit }: { readonly scenario: Scenario; readonly emit: Emit }): Pick<Implementation, "keyUser" | "body" | "signature" | "listener"> {
  let users = usersOf(scenario);
  const bodies = new Map<string, Buffer[]>();
  let bodyCount = 0;
  let listening: ListenerState = { address: null, valid: 0, invalid: 0, received: [] };
  let received = 0;
  let timer: NodeJS.Timeout | null = null;

  const active = (name: string): KeyUser => {
    const found = users.find((each) => each.name === name && each.state === "active") ?? users.find((each) => each.name === name);
    if (!found) throw problem("not-found", { what: "key user", name });
    return found;
  };

  const examine = (key: UploadedFile, convert: boolean): ExaminedKey => {
    const text = textOf(key).trim();
    const form = forms.find(({ found }) => found.test(text));
    if (!form || /BEGIN EC /.test(text)) {
      throw problem("public-key-unusable", { file: key.name, problem: form ? "it is an EC key, and CorEMR takes RSA only" : "no public key was found in it.", remedy: "Paste the text from -----BEGIN PUBLIC KEY----- to -----END PUBLIC KEY-----, both lines included." });
    }
    if (form.form === "private-key" && !convert) throw problem("private-key-given", { file: key.name, form: form.said });
    const publicKey = form.form === "pem" ? `${text}\n` : practicePem(text);
    const fingerprint = fingerprintOf(publicKey);
    const keyBits = Number(/\bBITS (\d+)/.exec(key.name)?.[1] ?? (text.length < 300 && form.form === "pem" ? 1024 : 4096));
    const known = users.find((each) => each.fingerprint === fingerprint);
    const findings: Finding[] = [
      ...(known ? [finding("key-known", "error", `This key is that of the ${known.state} key user ${known.name} already.`, "Make a new pair: a key belongs to one user, and is never used again once retired.")] : []),
      ...(keyBits < 2048 ? [finding("key-short", "error", `The key has ${keyBits} bits; at least 2048 are recommended.`, "Ask for a key of 4096 bits.")] : []),
    ];
    return { form: form.form, publicKey, keyBits, exponent: "65537", fingerprint, changes: [...form.changes], findings };
  };

  const requireFree = (name: string): void => {
    if (!/^[A-Za-z0-9._-]+$/.test(name)) throw problem("key-user-name", { problem: name.includes(" ") ? "it has a blank in it." : "it has characters that the header cannot carry." });
    if (users.some((each) => each.state === "active" && each.name === name)) throw problem("key-user-exists", { name });
  };

  const add = (name: string, examined: ExaminedKey, replaces: string | undefined): AddedKeyUser => {
    const added: KeyUser = {
      name, state: "active", keyBits: examined.keyBits, fingerprint: examined.fingerprint, added: new Date().toISOString(), retired: null, by: "CLINIC-7\\Amina",
      replaces: replaces ?? null, publicKey: examined.publicKey,
    };
    users = [...users, added];
    return { user: added, changes: examined.changes, findings: examined.findings };
  };

  const bytesOf = (body: BodySource | undefined): Buffer => {
    if (!body) return Buffer.alloc(0);
    if ("content" in body) return Buffer.from(body.content, "base64");
    const pieces = bodies.get(body.id);
    if (!pieces) throw problem("not-found", { what: "body", name: body.id });
    bodies.delete(body.id);
    return Buffer.concat(pieces);
  };

  const signedBytes = (method: Method, body: BodySource | undefined, undocumented: Signed | undefined): Buffer => {
    const bytes = bytesOf(body);
    return signedBy(method, undocumented) === "empty" ? Buffer.alloc(0) : bytes;
  };

  const signatureOf = (name: string, hash: "sha1" | "sha256", bytes: Uint8Array): string => {
    const own = Buffer.concat([digestOf("sha256", name), Buffer.from([hash === "sha1" ? 1 : 2]), digestOf(hash, bytes)]);
    return Buffer.concat([own, Buffer.alloc(512 - own.length, own)]).toString("base64");
  };

  const requireKey = (key: UploadedFile, password: string | undefined): void => {
    const text = textOf(key);
    if (!text.includes("PRIVATE KEY-----")) throw problem("signing-key-unusable", { file: key.name, problem: "there is no private key in it." });
    if (!text.includes("ENCRYPTED")) return;
    if (password === undefined) throw problem("password-needed", { file: key.name });
    if (password !== practicePassword) throw problem("password-wrong", { file: key.name });
  };

  const diagnose = (header: string, bytes: Buffer, chosen: string | undefined): Diagnosis => {
    const algorithm = /(CWS[-_\w]*)\s/i.exec(header)?.[1] ?? null;
    const named = /Access="?([^,"\s]+)/.exec(header)?.[1] ?? null;
    const signature = /Signature="?([A-Za-z0-9+/=\s]+)/.exec(header)?.[1]?.replace(/\s/g, "") ?? null;
    const findings: Mistake[] = [];
    if (/\r|\n/.test(header.trim())) {
      findings.push(mistake("header.folded", "The header is broken over several lines.", `There is a line break after ${header.search(/\r|\n/)} characters.`, "Send it on one line: base64 -w0, or openssl base64 -A."));
    }
    if (header.includes("\"")) findings.push(mistake("header.quoted", "The values stand in quotation marks.", "Access=\" and Signature=\"", "Leave the quotation marks out; nothing is quoted in this header."));
    if (signature === null) {
      findings.push(mistake("header.missing-signature", "The header carries no signature.", "There is no “Signature=” in it.", "Write: Authorization: CWS-SHA256 Access=USER, Signature=SIGNATURE"));
      return { valid: false, user: named, algorithm, findings, opened: null };
    }
    const opened = Buffer.from(signature, "base64");
    const by = users.find(({ name }) => digestOf("sha256", name).equals(opened.subarray(0, 32)));
    if (opened.length !== 512 || !by) {
      findings.push(opened.length !== 512
        ? mistake("signature.length", `The signature has ${opened.length} bytes; that of this key has 512.`, "A signature is as long as its key.", "Copy the whole signature, and sign with the key that is registered.")
        : mistake("signature.unknown-origin", "No registered key opens the signature.", "What comes out is noise under every key.", "Sign with the private key whose public half is registered."));
      return { valid: false, user: named, algorithm, findings, opened: null };
    }
    const hash = opened[32] === 1 ? "sha1" : "sha256";
    const signed = opened.subarray(33, hash === "sha1" ? 53 : 65);
    const expected = digestOf(hash, bytes);
    const wanted = chosen ?? named;
    if (by.name !== wanted) findings.push(mistake("signature.wrong-key", `The signature is that of ${by.name}, not of ${wanted ?? "the user named"}.`, `The public key of ${by.name} opens it.`, `Sign with the private key of ${wanted ?? "the user"}, or name ${by.name} in the header.`));
    if (by.state === "retired") findings.push(mistake("signature.user-retired", `${by.name} is retired.`, "Its key opens the signature, but is no longer in use.", "Sign with the key that took its place."));
    if (algorithm !== null && (hash === "sha1") !== /SHA-?1$/i.test(algorithm)) findings.push(mistake("signature.algorithm-mismatch", `The header says ${algorithm}, but the signature was made with ${hash === "sha1" ? "SHA-1" : "SHA-256"}.`, "The signature names its hash itself.", "In PHP pass OPENSSL_ALGO_SHA256 to openssl_sign: without it PHP takes SHA-1."));
    if (!signed.equals(expected)) {
      const text = bytes.toString("utf8");
      const crlf = text.replace(/\r?\n/g, "\r\n");
      const fits = (variant: string) => digestOf(hash, variant).equals(signed);
      findings.push(fits(crlf) || fits(text.replace(/\r\n/g, "\n"))
        ? mistake("body.line-endings", `The signed body has ${fits(crlf) ? "Windows" : "Unix"} line ends; the one sent has others.`, `The hash in the signature is that of the body with ${fits(crlf) ? "CR LF" : "LF"} at each line end.`, "Sign the very bytes that are sent. In PowerShell use [IO.File]::ReadAllBytes, not Get-Content.")
        : fits(text.trimEnd()) || fits(`${text}\n`)
          ? mistake("body.trailing-newline", "The signed body and the one sent differ by the line break at the end.", "The hash in the signature is that of the body with one line break more or less.", "Write the file without a final line break: printf, not echo.")
          : mistake("body.unknown-difference", "The key and the padding are right, but other bytes were signed.", "No variant of the body that mistakes are known to make has the hash in the signature.", "Compare the digests below with those of what your client signs."));
    }
    return { valid: findings.length === 0, user: named, algorithm, findings, opened: { by: by.name, hash: hash === "sha1" ? "SHA-1" : "SHA-256", signedDigest: signed.toString("hex"), expectedDigest: expected.toString("hex") } };
  };

  const sign = (request: { readonly user: string; readonly key: UploadedFile; readonly password?: string | undefined; readonly algorithm: Algorithm; readonly method: Method; readonly body?: BodySource | undefined; readonly undocumented?: Signed | undefined }) => {
    requireKey(request.key, request.password);
    const bytes = signedBytes(request.method, request.body, request.undocumented);
    const signature = signatureOf(request.user, hashOf[request.algorithm], bytes);
    const registered = users.find(({ name, state }) => name === request.user && state === "active");
    const findings = [
      ...(request.algorithm === "CWS-SHA1" ? [finding("sha1-weak", "warning", "SHA-1 is broken for signatures.", "Use it only where CorEMR is older than 6.2.0.")] : []),
      ...(registered ? [] : [finding("key-user-unknown", "information", `${request.user} is not among the key users here, so it could not be seen whether this is the right key.`, "Add its public key to have that checked.")]),
    ];
    return {
      header: `Authorization: ${request.algorithm} Access=${request.user}, Signature=${signature}`, algorithm: request.algorithm, user: request.user, signature,
      fingerprint: registered?.fingerprint ?? fingerprintOf(textOf(request.key)), signedBytes: bytes.length, digest: digestOf(hashOf[request.algorithm], bytes).toString("hex"), findings,
    };
  };

  const receive = (count: number): void => {
    const batch = Array.from({ length: count }, (): Received => {
      const number = ++received;
      const body = Buffer.from(number % 3 === 0 ? "{\"a\":1}\r\n" : "{\"a\":1}\n");
      const method = number % 4 === 0 ? "GET" : "POST";
      const name = number % 5 === 0 ? "laboratory" : "clinic7";
      const bytes = method === "GET" ? Buffer.alloc(0) : body;
      const signed = number % 6 === 0 && method !== "GET" ? Buffer.from("{\"a\":1}\n") : bytes;
      const header = `CWS-SHA256 Access=${name}, Signature=${signatureOf(name, "sha256", signed)}`;
      return { number, at: new Date().toISOString(), method, path: `/ws/patients/${number}?fields=all`, bodyBytes: bytes.length, contentType: method === "GET" ? null : "application/json", header: masked(header), diagnosis: diagnose(header, bytes, undefined) };
    });
    const valid = listening.valid + batch.filter(({ diagnosis }) => diagnosis.valid).length;
    listening = { ...listening, valid, invalid: received - valid, received: [...batch.toReversed(), ...listening.received].slice(0, 200) };
    emit("listener.received", { valid, invalid: listening.invalid, received: batch });
  };
  const stop = (): void => {
    if (timer) clearInterval(timer);
    timer = null;
  };

  return {
    keyUser: {
      list: () => Promise.resolve(users.toSorted((one, other) => one.state.localeCompare(other.state) || one.name.localeCompare(other.name))),
      // Async, so that what is refused is a rejection.
      examine: async ({ key, convert }) => Promise.resolve(examine(key, convert === true)),
      add: async ({ name, key, convert, allowWeak, replaces }) => {
        const examined = examine(key, convert === true);
        if (examined.form !== "pem" && convert !== true) throw problem("key-not-pem", { file: key.name, form: forms.find(({ form }) => form === examined.form)?.said ?? "" });
        requireFree(name);
        const known = users.find(({ fingerprint }) => fingerprint === examined.fingerprint);
        if (known) throw problem("key-known", { state: known.state, user: known.name });
        if (examined.keyBits < 2048 && allowWeak !== true) throw problem("key-weak", { file: key.name, problem: `it has ${examined.keyBits} bits.`, remedy: "Ask for a key of 4096 bits, or take it all the same." });
        return Promise.resolve(add(name, examined, replaces));
      },
      retire: async ({ name }) => {
        const retired: KeyUser = { ...active(name), state: "retired", retired: new Date().toISOString() };
        users = users.map((each) => (each.fingerprint === retired.fingerprint ? retired : each));
        return Promise.resolve(retired);
      },
      export: async ({ name }) => {
        const found = active(name);
        return Promise.resolve({
          user: found, fileName: `${name}.public.pem`, publicKey: found.publicKey,
          note: `Please register this key user in CorEMR.\n\nUser name:   ${name}\nKey:         RSA, ${found.keyBits} bits (${name}.public.pem)\nFingerprint: ${(found.fingerprint.match(/.{4}/g) ?? []).join(" ")}\n\nThe fingerprint is the SHA-256 of the public key. Please compare it with us over the telephone before you register the key.\n`,
        });
      },
      suggestFile: ({ name }) => Promise.resolve({ path: `C:\\Users\\Amina\\Documents\\Lockstep\\${name}.private.pem` }),
      generate: async ({ name, keyBits, privateKeyFile, password, replaces }) => {
        requireFree(name);
        if (privateKeyFile.includes("taken")) throw problem("file-exists", { file: privateKeyFile });
        await new Promise((resolve) => { setTimeout(resolve, (scenario.pace ?? 15) * 10); });
        const publicKey = practicePem(`${name} ${Date.now()}`);
        return { ...add(name, { form: "pem", publicKey, keyBits, exponent: "65537", fingerprint: fingerprintOf(publicKey), changes: [], findings: [] }, replaces), privateKeyFile, encrypted: password !== undefined };
      },
    },
    body: {
      begin: () => {
        const id = `body-${++bodyCount}`;
        bodies.set(id, []);
        return Promise.resolve({ id });
      },
      append: async ({ id, content }) => {
        const pieces = bodies.get(id);
        if (!pieces) throw problem("not-found", { what: "body", name: id });
        pieces.push(Buffer.from(content, "base64"));
        const bytes = pieces.reduce((all, { length }) => all + length, 0);
        if (bytes > bodyLimit) throw problem("body-too-large", { limit: bodyLimit });
        if (scenario.pace !== undefined) await new Promise((resolve) => { setTimeout(resolve, scenario.pace); });
        return { bytes };
      },
      discard: ({ id }) => {
        bodies.delete(id);
        return Promise.resolve({});
      },
    },
    signature: {
      sign: async (request) => Promise.resolve(sign(request)),
      diagnose: async ({ header, method, body, undocumented, user: chosen, publicKey }) => {
        if (publicKey) examine(publicKey, true);
        if (chosen !== undefined) active(chosen);
        return Promise.resolve(diagnose(header, signedBytes(method, body, undocumented), chosen));
      },
      send: async ({ url, headers, answerKey, allowUntrusted, body, ...request }) => {
        const target = new URL(url);
        if (target.protocol === "http:" && target.hostname !== "127.0.0.1" && allowUntrusted !== true) throw problem("address-refused", { url, problem: "over plain http the header could be read and used again by anyone on the way.", remedy: "Write https, or say that it may be sent all the same." });
        const bytes = bytesOf(body);
        const { header, user: name, algorithm } = sign({ ...request, body: { content: bytes.toString("base64") } });
        const redirected = target.pathname.includes("redirect");
        const text = redirected ? "" : JSON.stringify({ id: 10077, external_id: "P-10077", accepted: true }, null, 2);
        return Promise.resolve({
          request: { method: request.method, url, bodyBytes: bytes.length, headers: [{ name: "Host", value: target.host }, { name: "Authorization", value: masked(header.replace("Authorization: ", "")) }, ...(headers ?? []), { name: "Content-Length", value: String(bytes.length) }] },
          response: {
            protocol: "HTTP/1.1", status: redirected ? 302 : 201, reason: redirected ? "Found" : "Created", bodyBytes: text.length, text, truncated: false,
            headers: [{ name: "Content-Type", value: "application/json" }, { name: "Date", value: new Date(Date.now() + 4000).toUTCString() }, ...(redirected ? [{ name: "Location", value: `https://${target.host}/login` }] : [])],
          },
          tls: target.protocol === "https:" ? { protocol: "TLSv1.3", thumbprint: "80A677C3CA79D3B51227E75248E60CDD2920DF39", problem: allowUntrusted === true ? "It was issued by an authority that this computer does not know." : null } : null,
          clientTime: new Date().toISOString(), serverTime: new Date(Date.now() + 4000).toISOString(), milliseconds: 184.4,
          answerSignature: answerKey ? { state: "found" as const, diagnosis: { valid: true, user: "coremr", algorithm, findings: [], opened: { by: null, hash: "SHA-256", signedDigest: null, expectedDigest: null } } } : { state: "not-asked" as const },
          findings: redirected ? [finding("redirect-not-followed", "warning", "CorEMR answered with a redirect, which was not followed.", `Send to https://${target.host}/login itself.`)] : name === "clinic7" ? [] : [finding("clock-off", "information", "The clocks differ by 4 seconds.", "")],
        });
      },
      snippet: ({ language, user: name, algorithm, method, url }) => Promise.resolve({
        language, fileName: `sign.${{ php: "php", node: "mjs", csharp: "cs", powershell: "ps1", python: "py", java: "java", curl: "sh" }[language]}`, needs: `${language}, with nothing beside it`,
        text: `# ${language}\n# ${method} ${url}\nuser = "${name}"\nalgorithm = "${algorithm}"\nsignature = sign(read("private.pem"), body)\nsend("Authorization: " + algorithm + " Access=" + user + ", Signature=" + signature)\n`,
      }),
    },
    listener: {
      start: async ({ port }) => {
        if (port === 80) throw problem("port-taken", { port });
        received = 0;
        listening = { address: `http://127.0.0.1:${port === undefined || port === 0 ? 49_707 : port}`, valid: 0, invalid: 0, received: [] };
        stop();
        let turns = 0;
        timer = setInterval(() => {
          receive(scenario.requests === "busy" ? 50 : turns < 8 ? 1 : 0);
          if (++turns >= (scenario.requests === "busy" ? 200 : 8)) stop();
        }, scenario.requests === "busy" ? 100 : 40);
        timer.unref();
        return Promise.resolve(listening);
      },
      stop: () => {
        stop();
        listening = { ...listening, address: null };
        return Promise.resolve(listening);
      },
      state: () => Promise.resolve(listening),
    },
  };
}
