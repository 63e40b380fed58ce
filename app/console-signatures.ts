// The console's answers about signatures: made, diagnosed, sent, received.
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { decodeBase64 } from "./base64.ts";
import { keyType, privateKeyOf, privateKeyType, publicKeyInfo } from "./certificates/private-key.ts";
import { sha256Fingerprint } from "./certificates/thumbprint.ts";
import type { CertificateReader } from "./certificates/reader.ts";
import type { DiagnoseRequest, SendRequest, SignRequest, UploadedFile } from "./contract.ts";
import { hashOf, isDocumented, signedBy } from "./cws/algorithm.ts";
import { readAddress, refuseOpenWire, requireHeaders } from "./cws/address.ts";
import { createBodies } from "./cws/bodies.ts";
import type { Exchange, SignedHeader } from "./cws/cws-view.ts";
import type { DiagnosisQuestion, RegisteredKey } from "./cws/diagnosis.ts";
import { headerValue, maskSignatures } from "./cws/header.ts";
import type { KeyUserJournal } from "./cws/key-user-journal.ts";
import { nameProblem } from "./cws/key-user-name.ts";
import { registeredKeys } from "./cws/keyring.ts";
import { createRequestListener, type Listen } from "./cws/listener.ts";
import { readPublicKey } from "./cws/public-key.ts";
import { largestModulus } from "./cws/rsa-numbers.ts";
import type { Pieces } from "./cws/signature.ts";
import type { Signatures } from "./cws/signatures.ts";
import { snippetFor } from "./cws/snippet.ts";
import { LockstepError, problem } from "./errors.ts";
import type { Finding } from "./finding.ts";
import type { Emit, Implementation } from "./host.ts";
import type { ExchangeAnswer, Machine } from "./machine.ts";

export interface SignatureParts {
  readonly machine: Machine;
  readonly keyUsers: KeyUserJournal;
  readonly reader: CertificateReader;
  readonly signatures: Signatures;
  readonly listen: Listen;
  readonly emit: Emit;
}

/** Milliseconds for one request to a service, and bytes of its answer that are read and that are shown. */
const exchangeLimit = 60_000;
const answerLimit = 10 * 1024 * 1024;
const shownAnswer = 64 * 1024;

const finding = (code: string, severity: Finding["severity"], message: string, hint: string): Finding => ({ code, severity, message, hint });

interface SigningKey { readonly pkcs8: Uint8Array; readonly key: KeyObject; readonly publicKey: KeyObject; readonly fingerprint: string; readonly bits: number }

function signingKeyOf(pkcs8: Uint8Array, file: string): SigningKey {
  const unusable = (what: string): LockstepError => problem("signing-key-unusable", { file, problem: what });
  const key = privateKeyOf(pkcs8);
  if (privateKeyType(pkcs8) !== keyType(key) || key.asymmetricKeyType !== "rsa") throw unusable(`it is of the kind ${privateKeyType(pkcs8)}, and CorEMR takes RSA keys only.`);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits > largestModulus) throw unusable(`it has ${bits} bits; ${largestModulus} are the most.`);
  return { pkcs8, key, publicKey: createPublicKey(key), bits, fingerprint: sha256Fingerprint(publicKeyInfo(pkcs8)) };
}

/** The answers to `body`, `signature` and `listener`. */
export function signatureAnswers({ machine, keyUsers, reader, signatures, listen, emit }: SignatureParts): Pick<Implementation, "body" | "signature" | "listener"> {
  const bodies = createBodies(() => machine.clock.now().getTime());
  const users = async (): Promise<readonly RegisteredKey[]> => registeredKeys(await keyUsers.entries());
  const listener = createRequestListener({ listen, users, version: () => keyUsers.appended(), signatures, clock: machine.clock, emit });

  /** Throws signing-key-unusable, password-needed, password-wrong. */
  async function readSigningKey(file: UploadedFile, password: string | undefined): Promise<SigningKey> {
    try {
      const { privateKeys: [pkcs8] } = await reader.read([{ name: file.name, content: decodeBase64(file.content) }], password);
      if (!pkcs8) throw problem("signing-key-unusable", { file: file.name, problem: "it holds no private key." });
      return signingKeyOf(pkcs8, file.name);
    } catch (thrown) {
      if (thrown instanceof LockstepError && thrown.code === "certificate-unreadable") throw problem("signing-key-unusable", { file: file.name, problem: thrown.message.replace(/^.*?cannot be read as a certificate: /s, "") }, { cause: thrown });
      throw thrown;
    }
  }

  async function signed(request: SignRequest): Promise<{ readonly value: SignedHeader; readonly body: Pieces }> {
    const { user, algorithm, method, undocumented } = request;
    const wrong = nameProblem(user);
    if (wrong !== null) throw problem("key-user-name", { problem: wrong });
    const body = bodies.piecesOf(request.body);
    const message = signedBy(method, undocumented) === "empty" ? [] : body;
    const [key, registeredUsers] = await Promise.all([readSigningKey(request.key, request.password), users()]);
    const signature = await signatures.sign(algorithm, message, key.pkcs8);
    const hashing = createHash(hashOf[algorithm]);
    for (const piece of message) hashing.update(piece);
    const value: SignedHeader = {
      header: `Authorization: ${headerValue(algorithm, user, signature)}`, algorithm, user, signature, fingerprint: key.fingerprint,
      signedBytes: message.reduce((sum, { length }) => sum + length, 0), digest: hashing.digest("hex"),
      findings: [...signingFindings(request, key, body), ...registrationFindings(user, key, registeredUsers)],
    };
    return { value, body };
  }

  async function question(request: DiagnoseRequest): Promise<DiagnosisQuestion> {
    const { header, method, undocumented, version, url, user, publicKey } = request;
    const key = publicKey === undefined ? undefined : readPublicKey({ name: publicKey.name, content: decodeBase64(publicKey.content) }, false).key;
    const registeredUsers = await users();
    if (user !== undefined && key === undefined && !registeredUsers.some(({ name }) => name.toLowerCase() === user.toLowerCase())) throw problem("not-found", { what: "key user", name: user.slice(0, 100) });
    return { header, method, body: bodies.piecesOf(request.body), undocumented, version, url, user, key, users: registeredUsers };
  }

  async function authorities(): Promise<readonly Uint8Array[]> {
    // A console without a machine has none but those that this program knows.
    const stored = await Promise.all((["Root", "CA"] as const).map((store) => machine.certificates.list(store).catch(() => [])));
    return stored.flat().map(({ der }) => der);
  }

  async function send(request: SendRequest): Promise<Exchange> {
    const address = readAddress(request.url);
    const headers = request.headers ?? [];
    requireHeaders(headers);
    if (request.allowUntrusted !== true) refuseOpenWire(address);
    const { value, body } = await signed(request);
    const [, authorization = ""] = value.header.split(/: (.*)/s);
    const addresses = isIpAddress(address.hostName) ? [address.hostName] : await machine.network.resolve(address.hostName);
    if (addresses.length === 0) throw problem("address-refused", { url: address.url, problem: `the name ${address.hostName} has no address here.`, remedy: "Check the name, and the network." });
    const sentHeaders: readonly (readonly [string, string])[] = [["Authorization", authorization], ...(headers.some(({ name }) => name.toLowerCase() === "accept") ? [] : [["Accept", "application/json"] as const]), ...headers.map(({ name, value: text }) => [name, text] as const)];
    const trusted = await authorities();
    const began = machine.clock.now();
    const answer = await firstAnswer(addresses, (ip) => machine.network.exchange({
      address: ip, port: address.port, serverName: address.hostName, timeout: exchangeLimit, scheme: address.scheme, method: request.method, host: address.host, hostName: address.hostName,
      path: address.path, headers: sentHeaders, body, authorities: trusted, allowUntrusted: request.allowUntrusted === true, limit: answerLimit,
    }));
    const milliseconds = machine.clock.now().getTime() - began.getTime();
    const date = Date.parse(headerIn(answer, "date") ?? "");
    const answerSignature = await checkAnswer(request, answer);
    const exchange: Exchange = {
      request: {
        method: request.method, url: address.url, bodyBytes: body.reduce((sum, { length }) => sum + length, 0),
        headers: [{ name: "Host", value: address.host }, ...sentHeaders.map(([name, text]) => ({ name, value: maskSignatures(text) }))],
      },
      response: {
        protocol: answer.protocol, status: answer.status, reason: answer.reason, headers: answer.headers.map(([name, text]) => ({ name, value: maskSignatures(text) })),
        text: textOf(answer), bodyBytes: answer.body.length, truncated: answer.truncated,
      },
      tls: answer.tls, clientTime: began.toISOString(), serverTime: Number.isNaN(date) ? null : new Date(date).toISOString(), milliseconds, answerSignature,
      findings: [...value.findings, ...exchangeFindings(answer, began.getTime(), date)],
    };
    return exchange;
  }

  /** The answer is signed over its body as it came, with CorEMR's own key, which belongs to no user. */
  async function checkAnswer({ answerKey, answerHeader }: SendRequest, answer: ExchangeAnswer): Promise<Exchange["answerSignature"]> {
    if (answerKey === undefined) return { state: "not-asked" };
    const { key } = readPublicKey({ name: answerKey.name, content: decodeBase64(answerKey.content) }, false);
    const header = headerIn(answer, answerHeader ?? "Authorization");
    if (header === null) return { state: "absent" };
    const diagnosis = await signatures.diagnose({ header, method: "POST", body: [answer.body], key, users: [] });
    return { state: "found", diagnosis };
  }

  return {
    body: {
      begin: () => Promise.resolve({ id: bodies.begin() }),
      append: ({ id, content }) => Promise.resolve().then(() => ({ bytes: bodies.append(id, content) })),
      discard: ({ id }) => {
        bodies.discard(id);
        return Promise.resolve({});
      },
    },
    signature: {
      sign: async (request) => (await signed(request)).value,
      diagnose: async (request) => signatures.diagnose(await question(request)),
      send,
      snippet: (request) => Promise.resolve().then(() => snippetFor(request)),
    },
    listener: {
      start: ({ port, version, undocumented }) => listener.start({ port: port ?? 0, version: version ?? "V2", undocumented: undocumented ?? "body" }),
      stop: () => listener.stop(),
      state: () => Promise.resolve(listener.state()),
    },
  };
}

function signingFindings({ algorithm, method, undocumented }: SignRequest, { bits }: SigningKey, body: Pieces): readonly Finding[] {
  const signsNothing = signedBy(method, undocumented) === "empty" || body.length === 0;
  return [
    ...(algorithm === "CWS-SHA1" ? [finding("sha1-chosen", "warning", "CWS-SHA1 rests on a hash for which collisions are made in practice.", "Use CWS-SHA256 wherever CorEMR is 6.2.0 or newer.")] : []),
    ...(bits < 2048 ? [finding("key-too-small", "warning", `The key has ${bits} bits; CorEMR asks for 2048 at least.`, "Make a new pair of 4096 bits, and register it under a new name.")] : []),
    ...(!isDocumented(method) ? [finding("method-undocumented", "information", `Nothing is documented of what ${method} signs; ${signsNothing ? "the empty string" : "its body"} was signed.`, "Where it is refused, choose the other of the two.")] : []),
    ...(signsNothing && body.length > 0 ? [finding("body-not-signed", "warning", `A ${method} signs the empty string, so its body is not protected by the signature.`, "Send no body with it.")] : []),
    ...(signsNothing ? [finding("reusable-credential", "warning", "This header is the same every time, and good for every request without a body until the key is retired: treat it like a password.", "Show it to nobody, put it into no ticket, and send it over https only.")] : []),
  ];
}

function registrationFindings(user: string, key: SigningKey, users: readonly RegisteredKey[]): readonly Finding[] {
  const registeredUser = users.find(({ name, isActive }) => isActive && name === user);
  if (!registeredUser) return users.length === 0 ? [] : [finding("user-not-registered", "information", `${user} is no active key user here.`, "CorEMR keeps its own list; this one helps to find mistakes.")];
  if (registeredUser.key.equals(key.publicKey)) return [];
  const owner = users.find((other) => other.key.equals(key.publicKey));
  return [finding("key-not-registered", "warning", `The private key is not the one whose public half is registered for ${user}${owner ? `; it is that of ${owner.name}` : ""}.`, `Sign with the key of ${user}, or register this one under a new name.`)];
}

const isIpAddress = (text: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(text) || text.includes(":");

/** Goes through the addresses of a name until one listens. */
async function firstAnswer(addresses: readonly string[], ask: (address: string) => Promise<ExchangeAnswer>): Promise<ExchangeAnswer> {
  for (const [index, address] of addresses.entries()) {
    try {
      return await ask(address);
    } catch (thrown) {
      if (!(thrown instanceof LockstepError) || thrown.code !== "not-listening" || index === addresses.length - 1) throw thrown;
    }
  }
  throw new Error("a name has an address");
}

const headerIn = ({ headers }: ExchangeAnswer, name: string): string | null => headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1] ?? null;

/** The beginning of the answer as text; null where it is none. Whatever in it is a signature is masked. */
function textOf({ body, headers }: ExchangeAnswer): string | null {
  if (headers.some(([name, value]) => name.toLowerCase() === "content-encoding" && value.toLowerCase() !== "identity")) return null;
  const text = new TextDecoder().decode(body.subarray(0, shownAnswer));
  return text.includes("\u0000") || (text.match(/\ufffd/g)?.length ?? 0) > 8 ? null : maskSignatures(text);
}

function exchangeFindings(answer: ExchangeAnswer, sent: number, date: number): readonly Finding[] {
  const minutes = Number.isNaN(date) ? 0 : Math.round((date - sent) / 60_000);
  const location = headerIn(answer, "location");
  return [
    ...(answer.tls?.problem ? [finding("certificate-untrusted", "warning", `The server's certificate is not trusted: ${answer.tls.problem}.`, "Whoever answered has the signature now. Have the right certificate bound.")] : []),
    ...(answer.status >= 300 && answer.status < 400 ? [finding("redirected", "warning", `The server sends elsewhere${location === null ? "" : `, to ${location.slice(0, 200)}`}; it was not followed.`, "Ask that address itself: clients that follow drop the header, or turn a POST into a GET.")] : []),
    ...(answer.status === 401 || answer.status === 403 ? [finding("refused", "error", `The server refuses the request (${answer.status}).`, "Check that this key is registered there for this user, and under this algorithm.")] : []),
    ...(Math.abs(minutes) >= 5 ? [finding("clocks-differ", "information", `The server's clock is ${Math.abs(minutes)} minutes ${minutes > 0 ? "ahead of" : "behind"} this computer's.`, "Signatures hold no time, but certificates do.")] : []),
  ];
}
