// The verbs about signatures of CorEMR's web services: made, checked, explained, sent and received.
import { text as readAll } from "node:stream/consumers";
import { bodyPieceLimit, headerLimit, type BodySource, type DiagnoseRequest, type SignRequest } from "../../app/contract.ts";
import { algorithms, methods, serviceVersions, type Method } from "../../app/cws/algorithm.ts";
import { snippetLanguages, type Diagnosis, type Exchange, type Mistake, type Received } from "../../app/cws/cws-view.ts";
import { problem } from "../../app/errors.ts";
import type { Host } from "../../app/host.ts";
import { filePieces, nodeFiles } from "../storage/file.ts";
import { upload, uploadOrInput } from "./certificate-files.ts";
import { oneOf, portOf, type OptionName, type Options } from "./options.ts";
import { readPassword } from "./password.ts";
import { findingLines, printable, type Paint } from "./print.ts";
import { operand, type Answer, type Context, type Verb } from "./verb.ts";

/** The bytes of --body-file, handed over piece by piece where they are many. Undefined without a file. Throws what reading throws, body-too-large. */
async function bodyOf({ "body-file": file }: Options, host: Host): Promise<BodySource | undefined> {
  if (file === undefined) return undefined;
  const { id } = await host.body.begin({});
  for await (const piece of file === "-" ? process.stdin as AsyncIterable<Buffer> : filePieces(file)) {
    for (let at = 0; at < piece.length; at += bodyPieceLimit) await host.body.append({ id, content: Buffer.from(piece.subarray(at, at + bodyPieceLimit)).toString("base64") });
  }
  return { id };
}

async function requestParts(options: Options, host: Host): Promise<Pick<SignRequest, "method" | "body" | "undocumented">> {
  const body = await bodyOf(options, host);
  const method: Method = options.method === undefined ? (body === undefined ? "GET" : "POST") : oneOf(methods, options.method, "--method");
  return {
    method, ...(body !== undefined && { body }),
    ...(options.undocumented !== undefined && { undocumented: oneOf(["body", "empty"] as const, options.undocumented, "--undocumented") }),
  };
}

async function signRequest(options: Options, host: Host, verb: string): Promise<SignRequest> {
  const { user, key: [key, ...more] = [] } = options;
  if (user === undefined || key === undefined || more.length > 0) throw problem("usage", { problem: `\`${verb}\` needs --user NAME and one --key FILE, its private key.` });
  const password = await readPassword(options);
  return {
    user, key: await upload(key), ...(password !== undefined && { password }),
    algorithm: options.algorithm === undefined ? "CWS-SHA256" : oneOf(algorithms, options.algorithm, "--algorithm"), ...await requestParts(options, host),
  };
}

/** The header as it is given, in a file, or on standard input. Throws usage, and what reading throws. */
async function headerOf({ header }: Options, verb: string): Promise<string> {
  if (header === undefined) throw problem("usage", { problem: `\`${verb}\` needs --header 'Authorization: …', the line as the client sent it.` });
  if (header === "-") return readAll(process.stdin);
  return header.startsWith("@") ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(await nodeFiles.read(header.slice(1), headerLimit)) : header;
}

async function diagnoseRequest(options: Options, host: Host, verb: string): Promise<DiagnoseRequest> {
  if (options.header === "-" && options["body-file"] === "-") throw problem("usage", { problem: "Only one of --header and --body-file can be standard input." });
  return {
    header: await headerOf(options, verb), ...await requestParts(options, host),
    ...(options.user !== undefined && { user: options.user }),
    ...(options["public-key"] !== undefined && { publicKey: await uploadOrInput(options["public-key"], "--public-key") }),
    ...(options["cws-version"] !== undefined && { version: oneOf(serviceVersions, options["cws-version"], "--cws-version") }),
    ...(options.url !== undefined && { url: options.url }),
  };
}

function mistakeLines({ message, evidence, mend, code }: Mistake, paint: Paint): string {
  return `${paint("red", "✗")} ${printable(message)} ${paint("dim", `[${code}]`)}\n  ${printable(evidence)}\n  ${paint("bold", "Mend:")} ${printable(mend)}\n`;
}

/** What the signature itself says. */
function openedText({ by, hash, signedDigest, expectedDigest }: NonNullable<Diagnosis["opened"]>, paint: Paint): string {
  const digests = signedDigest === null ? "." : `:\n  signed    ${signedDigest}\n  expected  ${expectedDigest ?? ""}`;
  return paint("dim", `The signature was opened with ${by === null ? "the public key given" : `the key of ${printable(by)}`}${hash === null ? "" : ` and names ${hash}`}${digests}`);
}

function diagnosisText({ valid, user, algorithm, findings, opened }: Diagnosis, paint: Paint): string {
  if (valid) return `${paint("green", "✓")} The signature holds: ${printable(user ?? "")}, ${printable(algorithm ?? "")}.\n`;
  const [cause, ...consequences] = findings;
  return [
    `${paint(["red", "bold"], "The signature does not hold.")}\n`,
    cause ? mistakeLines(cause, paint) : "",
    consequences.length === 0 ? "" : `${paint("dim", "Besides:")}\n`,
    ...consequences.map((mistake) => mistakeLines(mistake, paint)),
    opened === null ? "" : `${openedText(opened, paint)}\n`,
  ].join("");
}

function exchangeText({ request, response, tls, clientTime, serverTime, milliseconds, answerSignature, findings }: Exchange, paint: Paint): string {
  const lines = (headers: readonly { readonly name: string; readonly value: string }[]): string => headers.map(({ name, value }) => `  ${paint("dim", `${printable(name)}:`)} ${printable(value)}\n`).join("");
  const signature = answerSignature.state === "not-asked" ? "" : answerSignature.state === "absent" ? "The answer carries no signature.\n"
    : answerSignature.diagnosis.valid ? `${paint("green", "✓")} The answer's signature holds.\n` : `The answer's signature:\n${diagnosisText(answerSignature.diagnosis, paint)}`;
  return [
    `${paint("bold", `${request.method} ${printable(request.url)}`)}, ${request.bodyBytes} bytes of body\n`, lines(request.headers),
    `\n${paint("bold", `${response.protocol} ${response.status} ${printable(response.reason)}`)}, ${response.bodyBytes} bytes in ${Math.round(milliseconds)} ms${response.truncated ? ", and more that was not read" : ""}\n`, lines(response.headers),
    response.text === null || response.text === "" ? "" : `\n${printable(response.text)}\n`,
    "\n", tls === null ? "Over plain http.\n" : `${tls.protocol}, certificate ${tls.thumbprint}${tls.problem === null ? "" : `, not trusted: ${printable(tls.problem)}`}\n`,
    `Sent at ${clientTime}${serverTime === null ? "" : `; the server's clock said ${serverTime}`}\n`,
    signature, findingLines(findings, paint),
  ].join("");
}

function receivedText({ number, at, method, path, bodyBytes, diagnosis }: Received, paint: Paint): string {
  const head = `${paint("dim", `${String(number).padStart(5)}  ${at.slice(11, 19)}`)}  ${method.padEnd(6)} ${printable(path.slice(0, 100))}  ${bodyBytes} bytes  `;
  if (diagnosis.valid) return `${head}${paint("green", "✓")} ${printable(diagnosis.user ?? "")}, ${printable(diagnosis.algorithm ?? "")}\n`;
  return `${head}${paint("red", "✗")} ${printable(diagnosis.user ?? "nobody")}\n${diagnosis.findings.map((mistake) => mistakeLines(mistake, paint).split("\n").map((line) => (line === "" ? "" : `       ${line}`)).join("\n")).join("")}`;
}

async function listen({ host, options, write, untilInterrupted }: Context): Promise<Answer> {
  const port = portOf(options);
  const json = options.json === true;
  let told = 0;
  const tell = (received: readonly Received[]): void => {
    for (const one of received) {
      if (one.number <= told) continue;
      told = one.number;
      write((paint) => (json ? `${JSON.stringify(one)}\n` : receivedText(one, paint)));
    }
  };
  const end = host.listener.received(({ received }) => tell(received));
  const { address } = await host.listener.start({
    ...(port !== undefined && { port }), ...(options["cws-version"] !== undefined && { version: oneOf(serviceVersions, options["cws-version"], "--cws-version") }),
    ...(options.undocumented !== undefined && { undocumented: oneOf(["body", "empty"] as const, options.undocumented, "--undocumented") }),
  });
  write((paint) => (json ? `${JSON.stringify({ address })}\n` : `Listening at ${paint("bold", address ?? "")}. Send signed requests there; Ctrl+C ends it.\n`));
  try {
    await untilInterrupted();
  } finally {
    end();
  }
  const state = await host.listener.stop({});
  tell([...state.received].reverse());
  return { value: { valid: state.valid, invalid: state.invalid }, text: () => `${state.valid} ${state.valid === 1 ? "request" : "requests"} held, ${state.invalid} did not.\n` };
}

const diagnosing: readonly OptionName[] = ["header", "user", "public-key", "body-file", "method", "cws-version", "undocumented", "url"];
const signing: readonly OptionName[] = ["user", "key", "password-file", "password-stdin", "algorithm", "method", "body-file", "undocumented"];

const diagnose = (verb: string, summary: string): Verb => ({
  operands: [], options: diagnosing, needsNoMachine: true, summary,
  run: async (_, { host, options }) => {
    const value = await host.signature.diagnose(await diagnoseRequest(options, host, verb));
    return { value, text: (paint) => diagnosisText(value, paint), exit: value.valid ? 0 : 1 };
  },
});

export const signatureVerbs: Readonly<Record<string, Verb>> = {
  "signature sign": {
    operands: [], options: signing, needsNoMachine: true,
    summary: "the header that signs a request, and nothing else",
    run: async (_, { host, options, show }) => {
      const value = await host.signature.sign(await signRequest(options, host, "signature sign"));
      show((paint) => findingLines(value.findings, paint));
      return { value, text: () => `${value.header}\n` };
    },
  },
  "signature verify": diagnose("signature verify", "whether a header holds for a body"),
  "signature diagnose": diagnose("signature diagnose", "why a header does not hold: which mistake was made, and how to mend it"),
  "signature send": {
    operands: ["URL"], options: [...signing, "content-type", "add-header", "answer-key", "answer-header", "allow-untrusted"], needsNoMachine: true,
    summary: "sign a request, send the very bytes that were signed, and show the answer",
    run: async (operands, { host, options }) => {
      const request = await signRequest(options, host, "signature send");
      const headers = (options["add-header"] ?? []).map((text) => {
        const [name = "", value] = text.split(/:\s*(.*)/s);
        if (value === undefined) throw problem("usage", { problem: `--add-header takes 'NAME: VALUE', not ${text.slice(0, 60)}.` });
        return { name: name.trim(), value };
      });
      const hasType = headers.some(({ name }) => name.toLowerCase() === "content-type");
      const type = options["content-type"] ?? (request.body === undefined || hasType ? undefined : "application/json");
      const value = await host.signature.send({
        ...request, url: operand(operands, 0), headers: [...(type === undefined ? [] : [{ name: "Content-Type", value: type }]), ...headers],
        ...(options["answer-key"] !== undefined && { answerKey: await upload(options["answer-key"]) }), ...(options["answer-header"] !== undefined && { answerHeader: options["answer-header"] }),
        ...(options["allow-untrusted"] === true && { allowUntrusted: true }),
      });
      const good = value.response.status < 400 && (value.answerSignature.state !== "found" || value.answerSignature.diagnosis.valid);
      return { value, text: (paint) => exchangeText(value, paint), exit: good ? 0 : 1 };
    },
  },
  "signature listen": {
    operands: [], options: ["port", "cws-version", "undocumented"], needsNoMachine: true,
    summary: "a local endpoint that checks what a client sends, and says what is wrong",
    run: (_, context) => listen(context),
  },
  "signature snippet": {
    operands: ["LANGUAGE"], options: ["user", "algorithm", "method", "url"], needsNoMachine: true,
    summary: `a program that signs and sends: ${snippetLanguages.join(", ")}`,
    run: async (operands, { host, options }) => {
      const value = await host.signature.snippet({
        language: oneOf(snippetLanguages, operand(operands, 0), "LANGUAGE"), user: options.user ?? "USER", url: options.url ?? "https://coremr.example.org/ws/",
        algorithm: options.algorithm === undefined ? "CWS-SHA256" : oneOf(algorithms, options.algorithm, "--algorithm"), method: options.method === undefined ? "POST" : oneOf(methods, options.method, "--method"),
      });
      return { value, text: () => value.text };
    },
  },
};
