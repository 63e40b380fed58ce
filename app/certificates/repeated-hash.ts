// A hash applied to its own output again and again, which is what PKCS #12's and the oldest PKCS #5 derivations are made of.
import { createHash } from "node:crypto";

export type RepeatedHash = "md5" | "sha1" | "sha224" | "sha256" | "sha384" | "sha512" | "sha512-256";

/**
 * The digest after `times` further rounds of the hash. For SHA-1 and SHA-256, which nearly all files use, a call of the
 * platform costs several times as much as the one block that each round has; those run in a WebAssembly program
 * that is put together here. The others, and these where there is no WebAssembly, go through the platform.
 */
export function hashedAgain(hash: RepeatedHash, digest: Uint8Array, times: number): Uint8Array {
  switch (hash) {
    case "sha1": case "sha256": {
      const fast = times > 0 ? repeaters() : null;
      return fast ? hashedByProgram(fast.memory.buffer, fast[hash], digest, times) : hashedByPlatform(hash, digest, times);
    }
    default: return hashedByPlatform(hash, digest, times);
  }
}

function hashedByProgram(buffer: ArrayBuffer, repeat: (times: number) => void, digest: Uint8Array, times: number): Uint8Array {
  const memory = new Uint8Array(buffer, 0, digest.length);
  memory.set(swapped(digest));
  repeat(times);
  const result = swapped(memory);
  memory.fill(0);
  return result;
}

function hashedByPlatform(hash: RepeatedHash, digest: Uint8Array, times: number): Uint8Array {
  let last = digest;
  for (let round = 0; round < times; round++) last = createHash(hash).update(last).digest();
  return new Uint8Array(last);
}

/** Words of four octets the other way round: hashes have them big-endian, WebAssembly little-endian. */
const swapped = (octets: Uint8Array): Uint8Array => Uint8Array.from(octets, (_, index) => octets[index ^ 3] ?? 0);

/** What the program gives: each function works so many rounds on the digest at the beginning of its memory. */
interface Repeaters {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly sha1: (times: number) => void;
  readonly sha256: (times: number) => void;
}

/** What is used of the WebAssembly interface, which is no part of the language's own library. */
interface Assembly {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** Made when it is first needed; null where it cannot be. */
let program: Repeaters | null | undefined;

function repeaters(): Repeaters | null {
  if (program === undefined) program = assembled((globalThis as { readonly WebAssembly?: Assembly }).WebAssembly);
  return program;
}

function assembled(assembly: Assembly | undefined): Repeaters | null {
  try {
    return assembly ? new assembly.Instance(new assembly.Module(programOf(sha1(), sha256()))).exports as Repeaters : null;
  } catch {
    return null; // The host allows no code that was not there at its start.
  }
}

/** Bytes of WebAssembly (WebAssembly Core Specification, 5). Instructions work on a stack, so an expression is its operands and then its operator. */
type Code = readonly number[];

const unsigned = (value: number): Code => (value < 0x80 ? [value] : [value & 0x7f | 0x80, ...unsigned(value >>> 7)]);
const signed = (value: number): Code => (value >= -0x40 && value < 0x40 ? [value & 0x7f] : [value & 0x7f | 0x80, ...signed(value >> 7)]);

const constant = (value: number): Code => [0x41, ...signed(value | 0)];
const get = (local: number): Code => [0x20, ...unsigned(local)];
const set = (local: number, value: Code): Code => [...value, 0x21, ...unsigned(local)];
const load = (address: number): Code => [...constant(0), 0x28, 2, ...unsigned(address)];
const store = (address: number, value: Code): Code => [...constant(0), ...value, 0x36, 2, ...unsigned(address)];
const chained = (operator: number) => (...operands: readonly Code[]): Code => [...operands.flat(), ...operands.slice(1).map(() => operator)];
const add = chained(0x6a);
const and = chained(0x71);
const or = chained(0x72);
const xor = chained(0x73);
const right = (value: Code, bits: number): Code => [...value, ...constant(bits), 0x76];
const rotatedRight = (value: Code, bits: number): Code => [...value, ...constant(bits), 0x78];

/** The first 32 bits of what stands behind the point in a root of each of the first primes (FIPS 180-4, 4.2.2 and 5.3.3). */
function fractions(count: number, root: (prime: number) => number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate++) if (primes.every((prime) => candidate % prime !== 0)) primes.push(candidate);
  return primes.map((prime) => Math.floor((root(prime) % 1) * 2 ** 32));
}

/** Makes the code of one step from the words of the block, by distance from the step's own, and the working variables. */
type Step = (step: number, word: (distance: number) => Code, variable: (index: number) => Code) => { readonly word: Code; readonly changes: readonly (readonly [variable: number, value: Code])[] };

/**
 * The code of a function that hashes a digest so many times: each round is the one block that a digest fills with its
 * padding. Locals are the number of rounds, 16 words of the block, the digest, and as many working variables, which
 * change places with each step by being called by another's name.
 */
function repeating(initial: readonly number[], steps: number, step: Step): Code {
  const count = initial.length;
  const words = Array.from({ length: 16 }, (_, index) => 1 + index);
  const digest = initial.map((_, index) => 17 + index);
  let variables = initial.map((_, index) => 17 + count + index);
  const local = (locals: readonly number[], index: number): number => locals[index % locals.length] ?? 0;
  const padding = (index: number): number => (index === count ? 0x80000000 : index === 15 ? count * 32 : 0);
  const code: number[] = [];
  for (const [index, word] of digest.entries()) code.push(...set(word, load(index * 4)));
  code.push(0x03, 0x40); // loop
  for (const [index, word] of words.entries()) code.push(...set(word, index < count ? get(local(digest, index)) : constant(padding(index))));
  for (const [index, variable] of variables.entries()) code.push(...set(variable, constant(initial[index] ?? 0)));
  for (let number = 0; number < steps; number++) {
    const now = variables;
    const { word, changes } = step(number, (distance) => get(local(words, number + distance)), (index) => get(local(now, index)));
    if (number >= 16) code.push(...set(local(words, number), word));
    for (const [index, value] of changes) code.push(...set(local(now, index), value));
    variables = [local(now, count - 1), ...now.slice(0, -1)];
  }
  for (const [index, word] of digest.entries()) code.push(...set(word, add(get(local(variables, index)), constant(initial[index] ?? 0))));
  code.push(...set(0, add(get(0), constant(-1))), ...get(0), 0x0d, 0, 0x0b); // br_if to the loop, end
  for (const [index, word] of digest.entries()) code.push(...store(index * 4, get(word)));
  return [1, ...unsigned(16 + 2 * count), 0x7f, ...code, 0x0b];
}

/** FIPS 180-4, 6.2.2. The last variable becomes the first of the next step. */
function sha256(): Code {
  const constants = fractions(64, Math.cbrt);
  return repeating(fractions(8, Math.sqrt), 64, (step, word, variable) => {
    const [a, b, c, d, e, f, g, h] = [variable(0), variable(1), variable(2), variable(3), variable(4), variable(5), variable(6), variable(7)];
    const small = (of: Code, one: number, two: number, three: number): Code => xor(rotatedRight(of, one), rotatedRight(of, two), right(of, three));
    const large = (of: Code, one: number, two: number, three: number): Code => xor(rotatedRight(of, one), rotatedRight(of, two), rotatedRight(of, three));
    return {
      word: add(word(0), small(word(1), 7, 18, 3), word(9), small(word(14), 17, 19, 10)),
      changes: [
        [7, add(h, large(e, 6, 11, 25), xor(g, and(e, xor(f, g))), constant(constants[step] ?? 0), word(0))],
        [3, add(d, h)],
        [7, add(h, large(a, 2, 13, 22), or(and(a, b), and(c, or(a, b))))],
      ],
    };
  });
}

/** FIPS 180-4, 6.1.2. */
function sha1(): Code {
  const constants = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
  return repeating([0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0], 80, (step, word, variable) => {
    const [a, b, c, d, e] = [variable(0), variable(1), variable(2), variable(3), variable(4)];
    const part = Math.floor(step / 20);
    const mixed = part === 0 ? xor(d, and(b, xor(c, d))) : part === 2 ? or(and(b, c), and(d, or(b, c))) : xor(b, c, d);
    return {
      word: rotatedRight(xor(word(13), word(8), word(2), word(0)), 31),
      changes: [[4, add(e, rotatedRight(a, 27), mixed, constant(constants[part] ?? 0), word(0))], [1, rotatedRight(b, 2)]],
    };
  });
}

const section = (number: number, content: Code): Code => [number, ...unsigned(content.length), ...content];
const list = (items: readonly Code[]): Code => [...unsigned(items.length), ...items.flat()];
const sized = (content: Code): Code => [...unsigned(content.length), ...content];
const exported = (name: string, kind: number, index: number): Code => [...sized([...new TextEncoder().encode(name)]), kind, index];

/** A module of two functions from a number to nothing, and a page of memory. */
function programOf(first: Code, second: Code): Uint8Array {
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...section(1, list([[0x60, 1, 0x7f, 0]])),
    ...section(3, list([[0], [0]])),
    ...section(5, list([[0, 1]])),
    ...section(7, list([exported("memory", 2, 0), exported("sha1", 0, 0), exported("sha256", 0, 1)])),
    ...section(10, list([sized(first), sized(second)])),
  ]);
}
