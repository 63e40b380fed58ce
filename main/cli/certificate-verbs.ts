// The verbs about certificates: files, the machine's stores, requests.
import { join } from "node:path";
import type { Certificate } from "../../app/certificates/certificate.ts";
import { cleanThumbprint, matchesListed } from "../../app/certificates/pasted-thumbprint.ts";
import { problem } from "../../app/errors.ts";
import { pendingView } from "../../app/certificates/pending-requests.ts";
import { keyTypes, type AnswerFiles, type Converted } from "../../app/contract.ts";
import { createFile, makeFolder } from "../storage/file.ts";
import { certificateFiles, formatOf, needed, newPassword, storedCertificate, upload, writeConverted } from "./certificate-files.ts";
import type { Options } from "./options.ts";
import { readPassword } from "./password.ts";
import { findingLines, printable, table, type Paint } from "./print.ts";
import { carryOut, operand, type Answer, type Context, type Verb } from "./verb.ts";

export const secretOptions = ["password-file", "password-stdin", "key"] as const;

/** "178 days left", or that it ended. */
export const daysLeft = (notAfter: string, now = Date.now()): string => {
  const left = Math.floor((Date.parse(notAfter) - now) / 86_400_000);
  return left < 0 ? "ended" : `${left} days left`;
};

const headings = ["SUBJECT", "VALID UNTIL", "KEY", "THUMBPRINT", "PRIVATE KEY"] as const;

const cells = ({ subject, notAfter, keyType, thumbprint, hasPrivateKey }: Certificate): readonly string[] =>
  [subject, `${notAfter.slice(0, 10)} (${daysLeft(notAfter)})`, keyType, thumbprint, hasPrivateKey ? "yes" : "no"];

const withRoles = (certificates: readonly Certificate[], paint: Paint): string =>
  table(["ROLE", ...headings], certificates.map((certificate) => [certificate.role, ...cells(certificate)]), "No certificate.", paint);

/** Says of locked files what is in the clear, for whoever is about to look for the password. */
async function tellProtection(files: readonly { readonly name: string; readonly content: string }[], { host, show }: Context): Promise<void> {
  const identified = await host.certificate.identify({ files: [...files] });
  show((paint) => identified.filter(({ needsPassword }) => needsPassword)
    .map(({ name, format, encryption, findings }) => `${printable(name)}: ${format.toUpperCase()}, encrypted with ${encryption ?? "an unknown method"}\n${findingLines(findings, paint)}`).join(""));
}

/** Writes a conversion and says what is in the file. */
async function written(path: string, converted: Converted): Promise<Answer> {
  await writeConverted(path, converted);
  const { certificates, hasPrivateKey, findings } = converted;
  return {
    value: { file: path, certificates, hasPrivateKey, findings },
    text: (paint) => `${paint("green", "✓")} Wrote ${printable(path)}, ${hasPrivateKey ? "with its private key, for you alone to read" : "without a private key"}.\n${withRoles(certificates, paint)}${findingLines(findings, paint)}`,
  };
}

async function answerFiles(answer: string, options: Options): Promise<AnswerFiles> {
  const [key, ...more] = options.key ?? [];
  const password = await readPassword(options);
  return {
    answer: await Promise.all([answer, ...more].map(upload)),
    ...(key !== undefined && { key: await upload(key) }),
    ...(password !== undefined && { password }),
  };
}

async function makeRequest({ host, options }: Context): Promise<Answer> {
  const name = needed(options, "name", "certificate request");
  const folder = needed(options, "out-dir", "certificate request");
  const [kind = "rsa:2048", ...others] = options.key ?? [];
  const keyType = keyTypes.find((each) => each === kind);
  if (!keyType || others.length > 0) throw problem("usage", { problem: `--key takes one of ${keyTypes.join(", ")}, not ${[kind, ...others].join(", ")}.` });
  const password = await readPassword(options);
  const fileName = name.replace("*", "wildcard").replace(/[^A-Za-z0-9.-]+/g, "_");
  const paths = { request: join(folder, `${fileName}.csr`), key: join(folder, `${fileName}.key`) };
  await makeFolder(folder);
  const made = await host.certificate.request({
    commonName: name, names: options.san ?? [], keyType,
    ...(options.organization !== undefined && { organization: options.organization }),
    ...(options["organizational-unit"] !== undefined && { organizationalUnit: options["organizational-unit"] }),
    ...(options.locality !== undefined && { locality: options.locality }),
    ...(options.state !== undefined && { state: options.state }),
    ...(options.country !== undefined && { country: options.country }),
    ...(password !== undefined && { password }),
  });
  try {
    await createFile(paths.key, Buffer.from(made.encryptedKey), 0o600);
    await createFile(paths.request, Buffer.from(made.request), 0o644);
  } catch (thrown) {
    await host.certificate.discardRequest({ id: made.id });
    throw thrown;
  }
  return {
    value: { ...pendingView(made), requestFile: paths.request, keyFile: paths.key },
    text: (paint) => [
      `${paint("green", "✓")} Made a request for ${printable(made.names.join(", "))} (${made.keyType}).\n`,
      `  ${printable(paths.request)}  for the authority\n  ${printable(paths.key)}  its private key, encrypted ${made.hasPassword ? "with your password" : "with a secret that Lockstep keeps on this computer"}\n`,
      `When the answer comes: lockstep certificate complete ANSWER --key ${printable(paths.key)}\n`,
    ].join(""),
  };
}

const isFound = (certificate: Certificate, text: string): boolean => {
  const wanted = text.trim().toLowerCase();
  const cleaned = cleanThumbprint(text).thumbprint.toLowerCase();
  const { subject, issuer, names, thumbprint, sha256, serialNumber } = certificate;
  return [subject, issuer, ...names].some((part) => part.toLowerCase().includes(wanted))
    || (cleaned.length >= 6 && [thumbprint, sha256, serialNumber].some((number) => number.toLowerCase().includes(cleaned)));
};

const privateKeyTexts = {
  none: "none in the store",
  proven: "in the store, and proven: a signature was made with it and checked",
  unusable: "the store refers to one, but it does not sign",
} as const;

export const certificateVerbs: Readonly<Record<string, Verb>> = {
  "certificate inspect": {
    operands: ["FILE"], options: secretOptions, needsNoMachine: true,
    summary: "say what a certificate file holds",
    run: async (operands, context) => {
      const files = await certificateFiles(operand(operands, 0), context.options);
      if (files.password === undefined) await tellProtection(files.files, context);
      const value = await context.host.certificate.inspect(files);
      const failed = value.findings.some(({ severity }) => severity === "error");
      return {
        value, exit: failed ? 1 : 0,
        text: (paint) => [
          `${value.format.toUpperCase()}${value.encryption === null ? "" : `, encrypted with ${value.encryption}`}\n`,
          withRoles(value.certificates, paint),
          findingLines(value.findings, paint),
        ].join(""),
      };
    },
  },
  "certificate identify": {
    operands: ["FILE"], options: ["key"], needsNoMachine: true,
    summary: "say how a file is protected, before any password is known",
    run: async (operands, { host, options }) => {
      const value = await host.certificate.identify({ files: await Promise.all([operand(operands, 0), ...(options.key ?? [])].map(upload)) });
      return {
        value,
        text: (paint) => value.map(({ name, format, encryption, needsPassword, findings }) =>
          `${printable(name)}: ${format.toUpperCase()}, ${encryption === null ? "not encrypted" : `encrypted with ${encryption}`}${needsPassword ? ", needs a password" : ""}\n${findingLines(findings, paint)}`).join(""),
      };
    },
  },
  "certificate convert": {
    operands: ["FILE"], options: ["to", "out", ...secretOptions, "out-password-file", "without-key"], needsNoMachine: true,
    summary: "write a certificate file in another form",
    run: async (operands, { host, options }) => {
      const to = formatOf(options);
      const path = needed(options, "out", "certificate convert");
      return written(path, await host.certificate.convert({
        source: await certificateFiles(operand(operands, 0), options), to, ...await newPassword(options), ...(options["without-key"] === true && { withoutKey: true }),
      }));
    },
  },
  "certificate request": {
    operands: [], options: ["name", "san", "key", "out-dir", "password-file", "password-stdin", "organization", "organizational-unit", "locality", "state", "country"], needsNoMachine: true,
    summary: "make a key and a request for an authority (--key rsa:2048|rsa:3072|rsa:4096|ec:p256|ec:p384)",
    run: (_, context) => makeRequest(context),
  },
  "certificate requests": {
    operands: [], options: [], needsNoMachine: true,
    summary: "the requests that wait for their answer",
    run: async (_, { host }) => {
      const value = await host.certificate.requests({});
      return {
        value,
        text: (paint) => table(["ID", "NAMES", "KEY", "MADE", "KEY OPENED BY"],
          value.map(({ id, names, keyType, created, hasPassword }) => [id, names.join(", "), keyType, created.slice(0, 10), hasPassword ? "your password" : "Lockstep"]), "No request waits for its answer.", paint),
      };
    },
  },
  "certificate discard": {
    operands: ["ID"], options: [], needsNoMachine: true,
    summary: "let go of a pending request and its key for good",
    run: async (operands, { host, options, confirm }) => {
      const id = operand(operands, 0);
      const found = (await host.certificate.requests({})).find((each) => each.id === id);
      if (!found) throw problem("not-found", { what: "pending certificate request", name: id });
      if (options.yes !== true && !(await confirm(`Discard the request for ${found.names.join(", ")} and its key?`))) throw problem("plan-cancelled", {});
      await host.certificate.discardRequest({ id });
      return { value: { id }, text: () => `Discarded the request for ${printable(found.names.join(", "))}.\n` };
    },
  },
  "certificate complete": {
    operands: ["CERT"], options: [...secretOptions, "to", "out", "out-password-file", "include-root", "allow-expired"],
    plans: ({ out }) => out === undefined, needsNoMachine: ({ out }) => out !== undefined,
    summary: "join an authority's answer with its key, and import both (or write them with --out)",
    run: async (operands, context) => {
      const { host, options } = context;
      const source = await answerFiles(operand(operands, 0), options);
      if (options.out === undefined) {
        return carryOut(await host.certificate.planImport({
          source, ...(options["include-root"] === true && { includeRoots: true }), ...(options["allow-expired"] === true && { allowExpired: true }),
        }), context);
      }
      return written(options.out, await host.certificate.convert({ source, to: formatOf(options, "pfx"), ...await newPassword(options) }));
    },
  },
  "certificate list": {
    operands: [], options: ["search", "store"],
    summary: "the certificates in the machine's stores",
    run: async (_, { host, options }) => {
      const value = (await host.certificate.list({}))
        .filter((certificate) => (options.store === undefined || certificate.store === options.store) && (options.search === undefined || isFound(certificate, options.search)));
      return {
        value,
        text: (paint) => table(["STORE", ...headings],
          value.map((certificate) => [certificate.store, ...cells(certificate)]), options.search === undefined ? "The stores hold no certificate." : "No certificate fits.", paint),
      };
    },
  },
  "certificate show": {
    operands: ["THUMBPRINT"], options: ["store", "host-name"],
    summary: "one certificate in the stores: its chain, its key, where it is used",
    run: async (operands, { host, options }) => {
      const { store, thumbprint } = await storedCertificate(host, operand(operands, 0), options);
      const value = await host.certificate.show({ store, thumbprint, ...(options["host-name"] !== undefined && { hostName: options["host-name"] }) });
      return {
        value, exit: value.findings.some(({ severity }) => severity === "error") || value.privateKey === "unusable" ? 1 : 0,
        text: (paint) => [
          withRoles(value.chain, paint),
          `\nPrivate key: ${privateKeyTexts[value.privateKey]}\n`,
          value.uses.length === 0 ? "Used by nothing that Lockstep knows.\n" : `Used by:\n${value.uses.map(({ kind, subject }) => `  ${kind.padEnd(13)} ${printable(subject)}\n`).join("")}`,
          findingLines(value.findings, paint),
        ].join(""),
      };
    },
  },
  "certificate import": {
    operands: ["FILE"], options: [...secretOptions, "include-root", "allow-expired"], plans: true,
    summary: "put a certificate and its key into the machine's stores",
    run: async (operands, context) => {
      const { host, options } = context;
      return carryOut(await host.certificate.planImport({
        source: await certificateFiles(operand(operands, 0), options),
        ...(options["include-root"] === true && { includeRoots: true }), ...(options["allow-expired"] === true && { allowExpired: true }),
      }), context);
    },
  },
  "certificate export": {
    operands: ["THUMBPRINT"], options: ["to", "out", "out-password-file", "with-key", "store"],
    summary: "write a certificate of the stores, with its chain, into a file",
    run: async (operands, { host, options }) => {
      const path = needed(options, "out", "certificate export");
      const to = formatOf(options, "pem");
      const { store, thumbprint } = await storedCertificate(host, operand(operands, 0), options);
      return written(path, await host.certificate.convert({
        source: { store, thumbprint }, to, ...await newPassword(options), ...(options["with-key"] !== true && !to.startsWith("pfx") && { withoutKey: true }),
      }));
    },
  },
  "certificate remove": {
    operands: ["THUMBPRINT"], options: ["store", "force"], plans: true,
    summary: "take a certificate out of the machine's stores; refused while it is in use",
    run: async (operands, context) => {
      const { host, options } = context;
      const { store, thumbprint } = await storedCertificate(host, operand(operands, 0), options);
      return carryOut(await host.certificate.planRemove({ store, thumbprint, ...(options.force === true && { force: true }) }), context);
    },
  },
  "certificate where-used": {
    operands: ["THUMBPRINT"], options: [],
    summary: "the bindings, configurations and services that use a certificate",
    run: async (operands, { host }) => {
      const { thumbprint, kind } = cleanThumbprint(operand(operands, 0));
      const wanted = kind === "sha1" ? thumbprint : (await storedCertificate(host, operand(operands, 0), {})).thumbprint;
      const value = await host.certificate.whereUsed({ thumbprint: wanted });
      return { value, text: (paint) => table(["KIND", "WHERE"], value.map(({ kind: what, subject }) => [what, subject]), "Nothing that Lockstep knows uses it.", paint) };
    },
  },
  "certificate thumbprint": {
    operands: ["TEXT"], options: [],
    summary: "clean a pasted thumbprint, and say what was removed",
    run: async (operands, { host }) => {
      const cleaned = cleanThumbprint(operand(operands, 0));
      const listed = await host.certificate.list({});
      const [found] = matchesListed(cleaned, listed);
      const kind = found?.by === "serialNumber" ? "serial-number" as const : cleaned.kind;
      const problemText = found?.by === "serialNumber" ? `This is the serial number of ${found.certificate.subject}, whose thumbprint is ${found.certificate.thumbprint}.` : cleaned.problem;
      const value = { ...cleaned, kind, problem: problemText, matches: found?.certificate.thumbprint ?? null };
      return {
        value, exit: kind === "sha1" ? 0 : 1,
        text: () => [
          `${printable(value.thumbprint)}  (${value.kind})\n`,
          ...value.removed.map((what) => `removed: ${printable(what)}\n`),
          value.problem === null ? "" : `${printable(value.problem)}\n`,
          found?.by === "thumbprint" ? `It is the thumbprint of ${printable(found.certificate.subject)}, in the store ${found.certificate.store}.\n` : "",
        ].join(""),
      };
    },
  },
};
