// Signatures against OpenSSL's own pace, the listener under load, and a diagnosis among a thousand users.
import { spawn, spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { diagnose, diagnoseValid, type RegisteredKey } from "../../app/cws/diagnosis.ts";
import { headerValue } from "../../app/cws/header.ts";
import { createRequestListener } from "../../app/cws/listener.ts";
import { openingKey } from "../../app/cws/opening.ts";
import { signPieces } from "../../app/cws/signature.ts";
import { directSignatures, type Signatures } from "../../app/cws/signatures.ts";
import { zlibCompression } from "../../main/cws/compression.ts";
import { systemClock } from "../../main/machines/clock.ts";
import { listenForRequests } from "../../main/web/request-listener.ts";

type Row = (title: string, ratio: number, detail: string) => void;

const body = new TextEncoder().encode("{\"patient\":{\"name\":\"Zoë Mwangi\",\"born\":\"1991-04-17\"}}");
const best = (values: readonly number[]): number => Math.max(...values);

/** Times a second, over half a second. */
function pace(work: () => unknown): number {
  const from = performance.now();
  let count = 0;
  while (performance.now() - from < 500) {
    for (let round = 0; round < 10; round++) work();
    count += 10;
  }
  return count / (performance.now() - from) * 1000;
}

interface Paces { readonly sign: number; readonly verify: number }

/** What `openssl speed` says of one size of key: signatures made and checked a second. */
function opensslPace(bits: number): Paces {
  const { stdout } = spawnSync("openssl", ["speed", "-seconds", "1", `rsa${bits}`], { encoding: "utf8" });
  const [, sign = "NaN", verify = "NaN"] = /^rsa\s+\d+ bits\s+\S+\s+\S+\s+([\d.]+)\s+([\d.]+)/m.exec(stdout) ?? [];
  return { sign: Number(sign), verify: Number(verify) };
}

const user = (name: string, key: KeyObject): RegisteredKey => ({ ...openingKey(key), name, isActive: true });

/** Made and checked in turn with OpenSSL, so that a change of the machine's pace falls on both. Gives how many signatures are checked a second. */
function paces(row: Row): number {
  let raw = 0;
  for (const bits of [2048, 4096]) {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    const header = headerValue("CWS-SHA256", "clinic7", signPieces("CWS-SHA256", [body], privateKey));
    const users = [user("clinic7", publicKey)];
    const check = () => diagnoseValid({ header, method: "POST", body: [body], users });
    if (check()?.valid !== true) throw new Error("the signature does not hold");
    const runs = Array.from({ length: 4 }, () => ({ theirs: opensslPace(bits), sign: pace(() => signPieces("CWS-SHA256", [body], privateKey)), verify: pace(check) }));
    const theirs = { sign: best(runs.map((run) => run.theirs.sign)), verify: best(runs.map((run) => run.theirs.verify)) };
    const ours = { sign: best(runs.map((run) => run.sign)), verify: best(runs.map((run) => run.verify)) };
    row(`signing with ${bits} bits against openssl speed`, ours.sign / theirs.sign, `${ours.sign.toFixed(0)} against ${theirs.sign.toFixed(0)} a second`);
    row(`checking a header with ${bits} bits against openssl speed`, ours.verify / theirs.verify, `${ours.verify.toFixed(0)} against ${theirs.verify.toFixed(0)} a second`);
    if (bits === 2048) raw = theirs.verify;
  }
  return raw;
}

/** A client in a process of its own that asks as fast as it is answered, over kept connections, and says how often in a second. */
const client = String.raw`
const { connect } = require("node:net");
const [, port, request, seconds] = process.argv;
const bytes = Buffer.from(request, "base64");
let answered = 0;
for (let index = 0; index < 32; index++) {
  const socket = connect({ host: "127.0.0.1", port: Number(port), noDelay: true }, () => socket.write(bytes));
  socket.on("data", (data) => {
    if (data.indexOf("HTTP/1.1 200") !== 0) throw new Error(data.toString());
    answered++;
    socket.write(bytes);
  });
}
setTimeout(() => {
  const from = answered, began = process.hrtime.bigint();
  setTimeout(() => { console.log((answered - from) / (Number(process.hrtime.bigint() - began) / 1e9)); process.exit(); }, Number(seconds) * 1000);
}, 700);
`;

async function load(address: string, request: Buffer): Promise<number> {
  const child = spawn(process.execPath, ["-e", client, new URL(address).port, request.toString("base64"), "2"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(createInterface({ input: child.stdout }), "line") as [string];
  await once(child, "close");
  return Number(line);
}

/** What the listener checks a second, against what the same listener answers unchecked and the machine's arithmetic allow together on one core. */
async function listening(row: Row, verifyPace: number): Promise<void> {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const header = headerValue("CWS-SHA256", "clinic7", signPieces("CWS-SHA256", [body], privateKey));
  const request = Buffer.concat([Buffer.from(`POST /cws/patients HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: ${header}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  let held = 0;
  const checking = directSignatures(zlibCompression);
  const trusting: Signatures = { ...checking, check: () => ({ valid: true, user: "clinic7", algorithm: "CWS-SHA256", findings: [], opened: null }) };
  const parts = { version: () => 0, users: () => Promise.resolve([user("clinic7", publicKey)]), clock: systemClock, emit: () => { held++; } };
  const measure = async (signatures: Signatures): Promise<number> => {
    const listener = createRequestListener({ ...parts, signatures, listen: listenForRequests });
    const { address } = await listener.start({ port: 0, version: "V2", undocumented: "body" });
    const answered = await load(address ?? "", request);
    const { invalid } = await listener.stop();
    if (invalid > 0) throw new Error("a request was refused");
    return answered;
  };
  const runs: { bare: number; checked: number }[] = [];
  for (let round = 0; round < 3; round++) {
    runs.push({ bare: await measure(trusting), checked: await measure(checking) });
  }
  const [bare, checked] = [best(runs.map((run) => run.bare)), best(runs.map((run) => run.checked))];
  const bound = 1 / (1 / bare + 1 / verifyPace);
  row("listening: checked a second, against the bound of both", checked / bound, `${checked.toFixed(0)} checked, ${bare.toFixed(0)} unchecked, ${verifyPace.toFixed(0)} by openssl speed; both on one core: ${bound.toFixed(0)}`);
  row("the same against the slower of the two alone", checked / Math.min(bare, verifyPace), `${held} events told meanwhile`);
}

/** One failed signature among a thousand users with keys of 4096 bits: made by none, so that all are tried. */
function diagnosis(row: Row): void {
  const pairs = Array.from({ length: 4 }, () => generateKeyPairSync("rsa", { modulusLength: 4096 }));
  // A thousand different moduli take an hour to make. OpenSSL does for each of these objects what it does for any.
  const pems = pairs.map(({ publicKey }) => publicKey.export({ type: "spki", format: "pem" }));
  const users = Array.from({ length: 1000 }, (_, index) => user(`user${index}`, createPublicKey(pems[index % pems.length] ?? "")));
  const signature = randomBytes(512);
  signature[0] = 0;
  const header = headerValue("CWS-SHA256", "user7", signature.toString("base64"));
  const ask = () => {
    const from = performance.now();
    const { findings } = diagnose({ header, method: "POST", body: [body], users }, zlibCompression);
    if (findings[0]?.code !== "signature.unknown-origin") throw new Error("that was not expected");
    return performance.now() - from;
  };
  const times = Array.from({ length: 5 }, ask).sort((one, other) => one - other);
  row("diagnosing a signature of nobody among 1,000 users (4096 bits)", (times[2] ?? Number.NaN) / 300, `${(times[2] ?? Number.NaN).toFixed(0)} ms, the first time ${Math.max(...times).toFixed(0)} ms; the goal is 300 ms`);
}

export async function signatureBench(row: Row): Promise<void> {
  const verifyPace = paces(row);
  await listening(row, verifyPace);
  diagnosis(row);
}
