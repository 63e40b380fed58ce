// Public keys in every form in which people hand them in, each made by the program that makes it in life.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPublicKey, requirePem, type PublicKey } from "../../../app/cws/public-key.ts";
import { LockstepError } from "../../../app/errors.ts";
import { openssl } from "../../fixtures/certificates.ts";

const folder = mkdtempSync(join(tmpdir(), "lockstep-public-key-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const has = (program: string): boolean => spawnSync(program, ["--help"], { stdio: "ignore" }).error === undefined;
const run = (program: string, ...args: string[]): Buffer => execFileSync(program, args, { stdio: ["ignore", "pipe", "ignore"], cwd: folder });

const bytes = (content: string | Uint8Array): Uint8Array => (typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content));
const read = (content: string | Uint8Array, convert = false): PublicKey => readPublicKey({ name: "given.key", content: bytes(content) }, convert);
const refusal = (content: string | Uint8Array, convert = false): LockstepError => {
  try {
    read(content, convert);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(LockstepError);
    return thrown as LockstepError;
  }
  throw new Error("it was read");
};

let pem: string;
let privatePem: string;
let traditional: string;
let fingerprint: string;
let jwk: JsonWebKey;
beforeAll(() => {
  openssl(["genrsa", "-out", at("rsa.private"), "2048"]);
  openssl(["rsa", "-in", at("rsa.private"), "-out", at("rsa.public"), "-pubout", "-outform", "PEM"]);
  privatePem = readFileSync(at("rsa.private"), "utf8");
  pem = readFileSync(at("rsa.public"), "utf8");
  traditional = openssl(["rsa", "-in", at("rsa.private"), "-traditional"]).toString();
  fingerprint = createHash("sha256").update(openssl(["pkey", "-pubin", "-in", at("rsa.public"), "-outform", "DER"])).digest("hex").toUpperCase();
  jwk = createPublicKey(pem).export({ format: "jwk" });
});

const pkcs8 = (): Buffer => openssl(["pkcs8", "-topk8", "-nocrypt", "-in", at("rsa.private"), "-outform", "DER"]);
const publicDer = (): Buffer => openssl(["pkey", "-pubin", "-in", at("rsa.public"), "-outform", "DER"]);
const pkcs1 = (form: "PEM" | "DER" = "PEM"): Buffer => openssl(["rsa", "-in", at("rsa.private"), "-RSAPublicKey_out", "-outform", form]);
const certificate = (...more: string[]): Buffer => openssl(["req", "-x509", "-key", at("rsa.private"), "-subj", "/CN=clinic-7.example.org", "-days", "1", ...more]);
const request = (...more: string[]): Buffer => openssl(["req", "-new", "-key", at("rsa.private"), "-subj", "/CN=clinic-7.example.org", ...more]);
/** What OpenSSH has made of the key: it wants a file of its own rights, in its own format. */
const sshPrivate = (passphrase = ""): string => {
  const path = at(`ssh-${passphrase === "" ? "clear" : "sealed"}`);
  writeFileSync(path, privatePem, { mode: 0o600 });
  run("ssh-keygen", "-q", "-p", "-N", passphrase, "-f", path);
  return readFileSync(path, "utf8");
};
const ssh = (): string => {
  sshPrivate();
  return run("ssh-keygen", "-y", "-f", at("ssh-clear")).toString().trim();
};
const base64 = (url: string): string => Buffer.from(url, "base64url").toString("base64");
const xml = (more = ""): string => `<RSAKeyValue><Modulus>${base64(jwk.n ?? "")}</Modulus><Exponent>${base64(jwk.e ?? "")}</Exponent>${more}</RSAKeyValue>`;

describe("what CorEMR takes", () => {
  it("is taken as it is, and agrees with OpenSSL in every number", () => {
    const key = read(pem);
    expect(key).toMatchObject({ form: "pem", pem, bits: 2048, exponent: 65537n, fingerprint, changes: [] });
    expect(Buffer.from(key.info).equals(publicDer())).toBe(true);
    expect(key.key.export({ type: "spki", format: "pem" })).toBe(pem);
    expect(() => requirePem(key, "given.key")).not.toThrow();
  });

  it("may have the line ends of any system", () => {
    for (const end of ["\r\n", "\r"]) expect(read(pem.replaceAll("\n", end))).toMatchObject({ form: "pem", pem, changes: [] });
  });

  it.each<[string, (text: string) => string | Uint8Array, RegExp]>([
    ["a byte order mark", (text) => `\ufeff${text}`, /byte order mark/],
    ["UTF-16 as PowerShell redirects it", (text) => Buffer.from(`\ufeff${text}`, "utf16le"), /UTF-16/],
    ["UTF-16 without its mark", (text) => Buffer.from(text, "utf16le"), /UTF-16/],
    ["UTF-16 with its octets the other way round", (text) => Buffer.from(`\ufeff${text}`, "utf16le").swap16(), /UTF-16/],
    ["dashes of a word processor", (text) => text.replaceAll("-----", "—–"), /dashes/],
    ["a single long dash", (text) => text.replaceAll("-----", "—"), /dashes/],
    ["hyphens that were lost", (text) => text.replaceAll("-----", "----"), /five hyphens/],
    ["small letters in its markers", (text) => text.replace("BEGIN PUBLIC KEY", "Begin Public Key"), /capitals/],
    ["line ends written as \\n", (text) => text.replaceAll("\n", "\\n"), /characters \\n/],
    ["line ends written as \\r\\n in a JSON string", (text) => `{"key":"${text.replaceAll("\n", "\\r\\n")}"}`, /characters \\n/],
    ["text around it", (text) => `Dear colleague,\nhere is our key:\n\n${text}\nBest regards\n`, /text around/],
    ["everything on one line", (text) => text.replaceAll("\n", ""), /one line/],
    ["everything on one line with blanks", (text) => text.replaceAll("\n", " "), /one line/],
    ["leading blanks", (text) => text.replaceAll(/^/gm, "    "), /Blanks before/],
    ["the quotation of a mail", (text) => text.replaceAll(/^/gm, "> > "), /mail quotes/],
    ["zero-width characters", (text) => text.replace("MIIB", "MI\u200bIB"), /Invisible/],
    ["non-breaking blanks", (text) => text.replace("BEGIN PUBLIC KEY", "BEGIN\u00a0PUBLIC\u00a0KEY"), /Blanks of another kind/],
    ["lines of another length", (text) => `-----BEGIN PUBLIC KEY-----\n${text.split("\n").slice(1, -2).join("").replaceAll(/(.{76})/g, "$1\n")}\n-----END PUBLIC KEY-----\n`, /^$/],
  ])("is repaired, and the repair told, where it has %s", (_, spoil, told) => {
    const key = read(spoil(pem));
    expect(key).toMatchObject({ form: "pem", pem, fingerprint });
    expect(key.changes.join("\n")).toMatch(told);
    expect(key.changes.length).toBeLessThanOrEqual(2);
  });

  it("is the same key when its block holds SubjectPublicKeyInfo under the marker of PKCS #1", () => {
    const key = read(pem.replaceAll("PUBLIC KEY", "RSA PUBLIC KEY"));
    expect(key).toMatchObject({ form: "pem", pem });
    expect(key.changes.join()).toContain("RSA PUBLIC KEY");
  });

  it("may have its own certificate beside it", () => {
    expect(read(`${certificate().toString()}${pem}`)).toMatchObject({ form: "pem", pem });
  });
});

describe("what is sound, and would have to be converted", () => {
  const forms: [string, PublicKey["form"], () => string | Uint8Array][] = [
    ["PKCS #1", "pkcs1", () => pkcs1()],
    ["PKCS #1 under the marker PUBLIC KEY", "pkcs1", () => pkcs1().toString().replaceAll("RSA PUBLIC KEY", "PUBLIC KEY")],
    ["a certificate", "certificate", () => certificate()],
    ["a certificate with OpenSSL's text before it", "certificate", () => certificate("-text")],
    ["an expired certificate", "certificate", () => certificate("-not_before", "20200101000000Z", "-not_after", "20210101000000Z").toString()],
    ["a certificate in DER", "certificate", () => certificate("-outform", "DER")],
    ["a certificate in base64", "certificate", () => certificate("-outform", "DER").toString("base64")],
    ["a certificate request", "certificate-request", () => request()],
    ["a certificate request in DER", "certificate-request", () => request("-outform", "DER")],
    ["DER", "der", () => publicDer()],
    ["PKCS #1 in DER", "der", () => pkcs1("DER")],
    ["base64 without its markers", "base64", () => pem.split("\n").slice(1, -2).join("\n")],
    ["base64 on one line", "base64", () => publicDer().toString("base64")],
    ["base64url", "base64", () => publicDer().toString("base64url")],
    ["base64 of the whole PEM text", "base64", () => Buffer.from(pem).toString("base64")],
    ["PKCS #1 in base64", "base64", () => pkcs1("DER").toString("base64")],
    ["a JSON Web Key", "jwk", () => JSON.stringify(jwk)],
    ["a set with one JSON Web Key", "jwk", () => JSON.stringify({ keys: [{ ...jwk, kid: "1", use: "sig" }] }, null, 2)],
    ["RSAKeyValue", "xml", () => xml()],
    ["RSAKeyValue in a document with prefixes", "xml", () => `<?xml version="1.0"?>\n<ds:KeyValue xmlns:ds="http://www.w3.org/2000/09/xmldsig#">${xml().replaceAll("<", "<ds:").replaceAll("<ds:/", "</ds:")}</ds:KeyValue>`],
  ];
  // `-not_before` came with OpenSSL 3.4.
  const possible = forms.filter(([title]) => !title.includes("expired") || openssl(["version"]).toString() >= "OpenSSL 3.4");

  it.each(possible)("%s", (_, form, make) => {
    const key = read(make());
    expect(key).toMatchObject({ form, pem, bits: 2048, exponent: 65537n, fingerprint });
    expect(key.changes).not.toEqual([]);
    expect(() => requirePem(key, "given.key")).toThrow(expect.objectContaining({ code: "key-not-pem" }));
  });

  it("says that names and expiry of a certificate are left out", () => {
    expect(read(certificate()).changes.join()).toMatch(/clinic-7\.example\.org.*expiry/);
  });

  it.runIf(has("ssh-keygen"))("an OpenSSH line, with options before it and a comment after it, and broken over lines", () => {
    const line = ssh();
    expect(line).toMatch(/^ssh-rsa AAAA/);
    for (const text of [line, `${line} me@clinic 7`, `no-pty,command="x" ${line}\n`, line.replace(/(.{70})(?=.{30})/g, "$1\n").replace("ssh-rsa\n", "ssh-rsa ")]) expect(read(text)).toMatchObject({ form: "openssh", pem, fingerprint });
  });

  it.runIf(has("ssh-keygen"))("SSH2 (RFC 4716), also with headers that go on in a further line", () => {
    ssh();
    const text = run("ssh-keygen", "-e", "-m", "RFC4716", "-f", at("ssh-clear")).toString();
    expect(text).toMatch(/^---- BEGIN SSH2 PUBLIC KEY ----\nComment:/);
    const key = read(text);
    expect(key).toMatchObject({ form: "ssh2", pem, fingerprint });
    expect(key.changes).toHaveLength(1);
    expect(read(text.replace("Comment:", "Subject: me\nx-long: it goes \\\non and on\nComment:").replaceAll("\n", "\r\n"))).toMatchObject({ form: "ssh2", pem });
  });

  it.runIf(has("ssh-keygen"))("what ssh-keygen exports as PEM, which is PKCS #1", () => {
    ssh();
    expect(read(run("ssh-keygen", "-e", "-m", "PEM", "-f", at("ssh-clear")))).toMatchObject({ form: "pkcs1", fingerprint });
    expect(read(run("ssh-keygen", "-e", "-m", "PKCS8", "-f", at("ssh-clear")))).toMatchObject({ form: "pem", fingerprint });
  });

  it.runIf(has("certtool"))("what certtool prints, with its remarks before the block", () => {
    const key = read(run("certtool", "--pubkey-info", "--load-privkey", at("rsa.private")));
    expect(key).toMatchObject({ form: "pem", pem, fingerprint });
  });

  it.runIf(has("keytool"))("a certificate that keytool exports; its key store is named", () => {
    run("keytool", "-genkeypair", "-alias", "cws", "-keyalg", "RSA", "-keysize", "2048", "-dname", "CN=clinic", "-keystore", at("store.jks"), "-storetype", "JKS", "-storepass", "changeit", "-keypass", "changeit");
    writeFileSync(at("exported.pem"), run("keytool", "-exportcert", "-rfc", "-alias", "cws", "-keystore", at("store.jks"), "-storepass", "changeit"));
    const key = read(readFileSync(at("exported.pem")));
    expect(key.form).toBe("certificate");
    expect(key.pem).toBe(openssl(["x509", "-in", at("exported.pem"), "-noout", "-pubkey"]).toString());
    const store = refusal(readFileSync(at("store.jks")));
    expect([store.code, store.message, store.hint].join()).toMatch(/public-key-unusable.*Java key store.*keytool -exportcert/);
  });
});

describe("a private key", () => {
  const putty = (): string => {
    const blob = ssh().split(" ")[1] ?? "";
    const lines = blob.match(/.{1,64}/g) ?? [];
    return `PuTTY-User-Key-File-3: ssh-rsa\r\nEncryption: none\r\nComment: clinic\r\nPublic-Lines: ${lines.length}\r\n${lines.join("\r\n")}\r\nPrivate-Lines: 1\r\nAAABAQ==\r\nPrivate-MAC: 00\r\n`;
  };
  const privateJwk = (): string => JSON.stringify(createPrivateKey(privatePem).export({ format: "jwk" }));
  const clear: [string, RegExp, () => string | Uint8Array][] = [
    ["PKCS #8", /BEGIN PRIVATE KEY/, () => privatePem],
    ["PKCS #1", /BEGIN RSA PRIVATE KEY/, () => traditional],
    ["PKCS #8 with dashes of a word processor", /BEGIN PRIVATE KEY/, () => privatePem.replaceAll("-----", "——")],
    ["PKCS #8 in UTF-16", /BEGIN PRIVATE KEY/, () => Buffer.from(`\ufeff${privatePem}`, "utf16le")],
    ["PKCS #8 in an environment variable", /BEGIN PRIVATE KEY/, () => privatePem.replaceAll("\n", "\\n")],
    ["PKCS #8 in DER", /PKCS #8 in DER/, () => pkcs8()],
    ["PKCS #1 in DER", /PKCS #1 in DER/, () => openssl(["rsa", "-in", at("rsa.private"), "-traditional", "-outform", "DER"])],
    ["PKCS #8 in base64", /PKCS #8 in base64/, () => pkcs8().toString("base64")],
    ["a private key under the marker of a public one", /PKCS #8 in a block marked PUBLIC KEY/, () => privatePem.replaceAll("PRIVATE", "PUBLIC")],
    ["a private key and its public half", /BEGIN PRIVATE KEY/, () => `${pem}${privatePem}`],
    ["a JSON Web Key", /JWK/, privateJwk],
    ["RSAKeyValue", /XML/, () => xml(`<D>${base64((JSON.parse(privateJwk()) as { d: string }).d)}</D>`)],
    ...has("ssh-keygen") ? [
      ["OpenSSH's own", /OPENSSH/, () => sshPrivate()], ["OpenSSH's own, encrypted", /OPENSSH/, () => sshPrivate("a long passphrase")], ["PuTTY's", /PuTTY/, putty],
    ] satisfies [string, RegExp, () => string][] : [],
  ];

  it.each(clear)("%s is refused and named; its public half is taken when that is asked for", (_, form, make) => {
    const error = refusal(make());
    expect(error.code).toBe("private-key-given");
    expect(error.message).toMatch(form);
    const key = read(make(), true);
    expect(key).toMatchObject({ form: "private-key", pem, fingerprint });
    expect(key.changes.join()).toMatch(/public half/);
  });

  const sealed: [string, () => string | Uint8Array, RegExp][] = [
    ["PKCS #8, encrypted", () => openssl(["pkcs8", "-topk8", "-in", at("rsa.private"), "-passout", "pass:secret"]), /openssl rsa -in FILE -pubout/],
    ["PKCS #8, encrypted, in DER", () => openssl(["pkcs8", "-topk8", "-in", at("rsa.private"), "-passout", "pass:secret", "-outform", "DER"]), /openssl rsa -in FILE -pubout/],
    ["PKCS #1, encrypted as OpenSSL did it of old", () => openssl(["rsa", "-in", at("rsa.private"), "-traditional", "-aes128", "-passout", "pass:secret"]), /openssl rsa -in FILE -pubout/],
    ["PKCS #1 that was cut short", () => traditional.slice(0, 700), /openssl rsa -in FILE -pubout/],
    ["DER that was cut short", () => pkcs8().subarray(0, 600), /openssl rsa -in FILE -pubout/],
    ["a PFX", () => openssl(["pkcs12", "-export", "-nocerts", "-inkey", at("rsa.private"), "-passout", "pass:secret"]), /openssl pkcs12 -in FILE -clcerts -nokeys/],
    ["EC", () => openssl(["ecparam", "-name", "prime256v1", "-genkey", "-noout"]), /rsa|RSA/],
    ["DSA in DER", () => openssl(["dsa", "-in", dsaKey(), "-outform", "DER"]), /RSA/],
    ["Ed25519", () => openssl(["genpkey", "-algorithm", "ed25519"]), /RSA/],
  ];

  it.each(sealed)("%s is refused, and with its public half asked for, what to do is said", (_, make, remedy) => {
    expect(refusal(make()).code).toBe("private-key-given");
    const error = refusal(make(), true);
    expect(error.code).toBe("public-key-unusable");
    expect(error.hint).toMatch(remedy);
  });

  it("is echoed in no error, not even by a few characters of it", () => {
    const inputs: (string | Uint8Array)[] = [...clear.map(([, , make]) => make()), ...sealed.map(([, make]) => make()), privatePem.slice(0, 500), privatePem.slice(300)];
    const secrets = [privatePem, traditional, privateJwk()].flatMap((text) => text.match(/[A-Za-z0-9+/_-]{24,}/g) ?? []).flatMap((text) => [text.slice(0, 12), text.slice(-12)]);
    for (const input of inputs) {
      for (const convert of [false, true]) {
        let told = "";
        try {
          told = JSON.stringify(read(input, convert).changes);
        } catch (thrown) {
          told = JSON.stringify((thrown as LockstepError).report());
        }
        for (const secret of secrets) expect(told).not.toContain(secret);
      }
    }
  });
});

const dsaKey = (): string => {
  openssl(["dsaparam", "-genkey", "-out", at("dsa.private"), "1024"]);
  return at("dsa.private");
};

describe("what is no RSA key", () => {
  const publicOf = (algorithm: string, ...options: string[]): Buffer => {
    openssl(["genpkey", "-algorithm", algorithm, ...options.flatMap((option) => ["-pkeyopt", option]), "-out", at("other.private")]);
    return openssl(["pkey", "-in", at("other.private"), "-pubout"]);
  };
  it.each<[string, RegExp, () => string | Uint8Array]>([
    ["EC", /an EC key/, () => publicOf("EC", "ec_paramgen_curve:P-256")],
    ["Ed25519", /an Ed25519 key/, () => publicOf("ed25519")],
    ["DSA", /a DSA key/, () => openssl(["dsa", "-in", dsaKey(), "-pubout"])],
    ["RSA-PSS", /an RSA-PSS key/, () => publicOf("RSA-PSS", "rsa_keygen_bits:2048")],
    ["an EC certificate", /an EC key/, () => {
      publicOf("EC", "ec_paramgen_curve:P-384");
      return openssl(["req", "-x509", "-key", at("other.private"), "-subj", "/CN=x"]);
    }],
    ["an EC JSON Web Key", /an EC key/, () => JSON.stringify(createPublicKey(publicOf("EC", "ec_paramgen_curve:P-256")).export({ format: "jwk" }))],
    ["XML for DSA", /a DSA key/, () => "<DSAKeyValue><P>AA==</P></DSAKeyValue>"],
    ...has("ssh-keygen") ? [["an OpenSSH line for Ed25519", /an Ed25519 key/, () => {
      rmSync(at("ed"), { force: true });
      run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", at("ed"));
      return readFileSync(at("ed.pub"));
    }]] satisfies [string, RegExp, () => Uint8Array][] : [],
  ])("%s is named", (_, named, make) => {
    const error = refusal(make());
    expect(error.code).toBe("public-key-unusable");
    expect(error.message).toMatch(named);
    expect(error.hint).toContain("Make an RSA pair");
  });
});

describe("what cannot be read", () => {
  const other = (): string => {
    openssl(["genrsa", "-out", at("second.private"), "2048"]);
    return openssl(["rsa", "-in", at("second.private"), "-pubout"]).toString();
  };
  it.each<[string, RegExp, () => string | Uint8Array]>([
    ["nothing", /empty/, () => ""],
    ["blanks", /empty/, () => " \r\n\t \ufeff"],
    ["PEM without its end", /no end/, () => pem.slice(0, 300)],
    ["PEM without its beginning", /BEGIN PUBLIC KEY-----, is missing/, () => pem.split("\n").slice(1).join("\n")],
    ["PEM of which lines are missing", /cut short/, () => pem.split("\n").filter((_, index) => index !== 4).join("\n")],
    ["PEM of which a line is damaged", /not base64/, () => pem.replace("MIIB", "M*IB")],
    ["two public keys", /2 different public keys/, () => `${pem}${other()}`],
    ["two OpenSSH lines", /2 different public keys/, () => {
      writeFileSync(at("second.public"), other());
      return `${ssh()}\n${run("ssh-keygen", "-i", "-m", "PKCS8", "-f", at("second.public")).toString()}`;
    }],
    ["a block of something else", /DH PARAMETERS, which is no public key/, () => "-----BEGIN DH PARAMETERS-----\nMAYCAQUCAQI=\n-----END DH PARAMETERS-----\n"],
    ["NUL bytes amid the text", /NUL bytes/, () => pem.replace("MIIB", "MI\0\0IB")],
    ["a number that lost its zero", /negative/, () => {
      const der = pkcs1("DER");
      return Buffer.concat([Uint8Array.of(0x30, 0x82, (der.length - 5) >> 8, (der.length - 5) & 0xff, 0x02, 0x82, 0x01, 0x00), der.subarray(9)]);
    }],
    ["a modulus without end", /has \d+ bits/, () => {
      const modulus = Buffer.alloc(0x8000, 0x55);
      return Buffer.concat([Uint8Array.of(0x30, 0x82, 0x80, 0x09, 0x02, 0x82, 0x80, 0x00), modulus, Uint8Array.of(0x02, 0x03, 1, 0, 1)]);
    }],
    ["prose", /none of the forms/, () => "The key is on the USB stick."],
    ["hexadecimal", /none of the forms|cannot be registered/, () => publicDer().toString("hex")],
    ["a request that was changed", /signature does not hold/, () => {
      const der = request("-outform", "DER");
      const place = der.indexOf("clinic-7");
      der.write("clinic-8", place, "latin1");
      return der;
    }],
  ])("%s is named", (_, named, make) => {
    const error = refusal(make());
    expect(error.code).toBe("public-key-unusable");
    expect(error.message).toMatch(named);
    expect(error.hint).not.toBe("");
  });

  it.each<[string, () => string | Uint8Array]>([
    ["zeros", () => Buffer.alloc(10 * 1024 * 1024)],
    ["hyphens", () => "-".repeat(10 * 1024 * 1024)],
    ["a mebibyte of hyphens", () => "-".repeat(1024 * 1024)],
    ["a mebibyte of hyphens and blanks", () => "-    ".repeat(200_000)],
    ["a mebibyte of beginnings", () => "-----BEGIN PUBLIC KEY-----\n".repeat(38_000)],
    ["a mebibyte of whole empty blocks", () => "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n".repeat(20_000)],
    ["a mebibyte of beginnings in dashes", () => "—BEGIN PUBLIC KEY—".repeat(50_000)],
    ["a mebibyte of brackets", () => "[".repeat(1024 * 1024)],
    ["a mebibyte of nested JSON", () => `${"{\"a\":".repeat(150_000)}1${"}".repeat(150_000)}`],
    ["a mebibyte of elements", () => "<RSAKeyValue>".repeat(80_000)],
    ["a mebibyte of OpenSSH beginnings", () => "ssh-rsa AAAA ".repeat(80_000)],
    ["a mebibyte of base64", () => "A".repeat(1024 * 1024)],
    ["a mebibyte of DER", () => Buffer.concat(Array.from({ length: 300_000 }, () => Uint8Array.of(0x30, 0x80)))],
    ["a mebibyte of quotations", () => `>${" > ".repeat(330_000)}\n`],
    ["a mebibyte of quoted hyphens", () => "> -----\n".repeat(120_000)],
    ["a mebibyte of mail quoted again and again", () => ">".repeat(1024 * 1024)],
    ["a mebibyte of backslashes", () => "-----BEGIN \\n".repeat(80_000)],
    ["a mebibyte of indented lines", () => `-----BEGIN PUBLIC KEY-----${"\n    ".repeat(200_000)}`],
    ["a mebibyte of blanks amid a line", () => `${" ".repeat(1024 * 1024 - 100)}x-----BEGIN PUBLIC KEY-----\nAAAA`],
    ["a mebibyte of blanks before a marker", () => `${" ".repeat(1024 * 1024 - 100)}-----BEGIN PUBLIC KEY-----`],
  ])("%s are refused in no time", (_, make) => {
    const content = make();
    const begun = performance.now();
    expect(refusal(content).code).toBe("public-key-unusable");
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it("whatever bytes are changed in it, a key is read, or refused with one of its codes", () => {
    const originals = [bytes(pem), bytes(certificate()), publicDer(), bytes(privatePem), bytes(JSON.stringify(jwk)), bytes(xml()), bytes(request())];
    let state = 7;
    const chance = (below: number): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) % below;
    for (let turn = 0; turn < 3000; turn++) {
      const changed = Uint8Array.from(originals[turn % originals.length] ?? []);
      for (let count = 1 + chance(3); count > 0; count--) changed[chance(changed.length)] = chance(256);
      const cut = chance(4) === 0 ? changed.subarray(0, chance(changed.length)) : changed;
      for (const convert of [false, true]) {
        try {
          read(cut, convert);
        } catch (thrown) {
          expect(["public-key-unusable", "private-key-given"]).toContain((thrown as LockstepError).code);
        }
      }
    }
  });
});
