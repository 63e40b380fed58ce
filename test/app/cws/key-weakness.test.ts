// How strong a public key is: what is refused, what is warned of, and that sound keys are left alone.
import { checkPrimeSync, createPublicKey, generateKeyPairSync, generatePrimeSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hasNearFactors, hasRocaForm, requireStrength, weaknessesOf, weaknessFindings, type Weakness } from "../../../app/cws/key-weakness.ts";
import { readPublicKey } from "../../../app/cws/public-key.ts";
import { publicKeyInfoOf, type RsaNumbers } from "../../../app/cws/rsa-numbers.ts";
import { openssl } from "../../fixtures/certificates.ts";

const number = (text: string): bigint => BigInt(`0x${Buffer.from(text, "base64url").toString("hex")}`);
const made = (bits: number, exponent = 65537): RsaNumbers => {
  const { n = "", e = "" } = generateKeyPairSync("rsa", { modulusLength: bits, publicExponent: exponent }).publicKey.export({ format: "jwk" });
  return { modulus: number(n), exponent: number(e) };
};
const key2048 = made(2048);
const grades = (numbers: RsaNumbers): string[] => weaknessesOf(numbers).map(({ grade, code }: Weakness) => `${grade} ${code}`);
const refused = (numbers: RsaNumbers, allowShort = false): boolean => {
  try {
    requireStrength(weaknessesOf(numbers), "given.key", allowShort);
    return false;
  } catch (thrown) {
    expect(thrown).toMatchObject({ code: "key-weak" });
    return true;
  }
};

describe("the length of a key", () => {
  it.each<[number, string[], boolean, boolean]>([
    [512, ["broken key-too-short"], true, true],
    [1016, ["broken key-too-short"], true, true],
    [1024, ["short key-short"], true, false],
    [2040, ["short key-short"], true, false],
    [2048, ["information key-2048"], false, false],
    [3064, ["information key-2048"], false, false],
    [3072, [], false, false],
  ])("%i bits: %j", (bits, expected, isRefused, isRefusedAllowed) => {
    const numbers = made(bits);
    expect(grades(numbers)).toEqual(expected);
    expect([refused(numbers), refused(numbers, true)]).toEqual([isRefused, isRefusedAllowed]);
  });

  it("is warned of where a short one is allowed, and an error where it is not", () => {
    const weaknesses = weaknessesOf(made(1024));
    expect(weaknessFindings(weaknesses, true).map(({ severity }) => severity)).toEqual(["warning"]);
    expect(weaknessFindings(weaknesses, false).map(({ severity }) => severity)).toEqual(["error"]);
  });

  it("may be 16,384 bits, and not one more", () => {
    const modulus = (bits: number): RsaNumbers => ({ modulus: (1n << BigInt(bits - 1)) + key2048.modulus, exponent: 65537n });
    const der = (bits: number) => ({ name: "given.key", content: publicKeyInfoOf(modulus(bits)) });
    expect(readPublicKey(der(16_384)).bits).toBe(16_384);
    expect(() => readPublicKey(der(16_385))).toThrow(expect.objectContaining({ code: "public-key-unusable" }));
  });
});

describe("the exponent", () => {
  it.each<[bigint, string[]]>([
    [0n, ["broken key-exponent"]], [1n, ["broken key-exponent"]], [2n, ["broken key-exponent"]], [65536n, ["broken key-exponent"]],
    [key2048.modulus + 2n, ["broken key-exponent"]], [(1n << 64n) + 1n, ["broken key-exponent"]],
    [3n, ["warning key-exponent"]], [17n, ["warning key-exponent"]], [65539n, ["warning key-exponent"]], [65537n, []],
  ])("%i: %j", (exponent, expected) => {
    expect(grades({ ...key2048, exponent })).toEqual([...expected.filter((each) => !each.startsWith("information")), "information key-2048"]);
    expect(refused({ ...key2048, exponent })).toBe(expected.some((each) => each.startsWith("broken")));
  });
});

describe("a modulus that is none", () => {
  it("is refused where it is even, or has a small prime for a factor", () => {
    const large = generatePrimeSync(2048, { bigint: true });
    for (const factor of [2n, 3n, 167n, 9973n]) {
      const [weakness] = weaknessesOf({ modulus: large * factor, exponent: 65537n });
      expect([weakness?.grade, weakness?.code]).toEqual(["broken", "key-factor"]);
      expect(weakness?.problem).toContain(String(factor));
    }
  });
});

describe("a modulus of two primes that lie close together", () => {
  const nextPrime = (number: bigint): bigint => {
    let candidate = number | 1n;
    while (!checkPrimeSync(candidate)) candidate += 2n;
    return candidate;
  };

  it.each([1024, 2048])("is refused, for primes of %i bits", (bits) => {
    const p = generatePrimeSync(bits, { bigint: true });
    for (const q of [p, nextPrime(p + 2n), nextPrime(p + (1n << BigInt(bits / 2)))]) {
      expect(grades({ modulus: p * q, exponent: 65537n })[0]).toBe("broken key-near-factors");
    }
  });

  it("is told from sound keys, and those of any length are looked at in no time", () => {
    for (let turn = 0; turn < 20; turn++) expect(hasNearFactors(made(1024).modulus)).toBe(false);
    const begun = performance.now();
    expect(hasNearFactors((1n << 16_383n) + key2048.modulus)).toBe(false);
    expect(performance.now() - begun).toBeLessThan(1500);
  });
});

/** The product of the first primes, as Infineon's library used it: 71 of them for keys of 992 to 1952 bits (CVE-2017-15361). */
function primorial(count: number): bigint {
  let product = 1n;
  for (let [candidate, found] = [2n, 0]; found < count; candidate++) {
    if (!checkPrimeSync(candidate)) continue;
    product *= candidate;
    found += 1;
  }
  return product;
}

const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n;
  for (let [square, rest] = [base % modulus, exponent]; rest > 0n; square = square * square % modulus, rest >>= 1n) if (rest & 1n) result = result * square % modulus;
  return result;
};

/** A prime k * M + (65537^a mod M) of so many bits. */
function rocaPrime(bits: number, product: bigint, seed: bigint): bigint {
  const remainder = power(65537n, seed, product);
  for (let k = (3n << BigInt(bits - 2)) / product + seed; ; k++) {
    const candidate = k * product + remainder;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

describe("keys of Infineon's chips (ROCA)", () => {
  it.each([[512, 39], [1024, 126], [2048, 225]])("are known by a modulus of two primes of %i bits", (bits, count) => {
    const product = primorial(count);
    const [p, q] = [rocaPrime(bits, product, 123_456_789n), rocaPrime(bits, product, 987_654_321n)];
    const numbers = { modulus: p * q, exponent: 65537n };
    expect(p.toString(2)).toHaveLength(bits);
    expect(hasRocaForm(numbers.modulus)).toBe(true);
    expect(grades(numbers)[0]).toBe("broken key-roca");
    expect([refused(numbers), refused(numbers, true)]).toEqual([true, true]);
    // The same key as programs hand it over.
    expect(hasRocaForm(readPublicKey({ name: "given.key", content: publicKeyInfoOf(numbers) }).modulus)).toBe(true);
  });

  it("are told from fifty keys of OpenSSL's", () => {
    for (let turn = 0; turn < 50; turn++) {
      const pem = openssl(["rsa", "-pubout"], openssl(["genrsa", "1024"]));
      const { n = "" } = createPublicKey(pem).export({ format: "jwk" });
      expect(hasRocaForm(number(n))).toBe(false);
    }
  });

  it("are told from a modulus that has the form for all primes but one", () => {
    const product = primorial(39);
    // Modulo 11, 65537 has 1 and 10 for its powers: the remainder is moved there and nowhere else.
    const [p, q] = [rocaPrime(512, product, 5n), rocaPrime(512, product, 6n)];
    const elsewhere = product / 11n;
    let modulus = p * q;
    while (hasRocaForm(modulus)) modulus += elsewhere;
    expect(modulus % elsewhere).toBe(p * q % elsewhere);
  });
});
