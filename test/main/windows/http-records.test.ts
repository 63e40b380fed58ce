// Records of httpapi.dll, built byte by byte as Windows lays them out: with pointers into themselves.
import { expect, it } from "vitest";
import { significantFlags } from "../../../app/http-sys/binding.ts";
import { addBinding } from "../../../app/http-sys/netsh.ts";
import { ccsBinding, ipBinding, listenAddresses, reservation, sniBinding } from "../../../main/machines/windows/http-records.ts";

const base = 0x7ff6_1234_5000n;
const sha1 = "0123456789ABCDEF0123456789ABCDEF01234567";
/** {A97FB5DE-7627-401C-8E70-5B96C1A0073B} in memory. */
const santeDb = "deb57fa927761c408e705b96c1a0073b";

/** A record that grows behind its fixed part. */
function record(size: number) {
  const parts: Buffer[] = [Buffer.alloc(size)];
  const head = parts[0] ?? Buffer.alloc(0);
  const length = (): number => parts.reduce((sum, part) => sum + part.length, 0);
  return {
    head,
    /** Appends bytes and points to them from `at`. */
    point(at: number, bytes: Buffer) {
      head.writeBigUInt64LE(base + BigInt(length()), at);
      parts.push(bytes);
    },
    bytes: (): Buffer => Buffer.concat(parts),
  };
}

const wide = (text: string): Buffer => Buffer.from(`${text}\0`, "utf16le");
const ipv4 = (address: string, port: number): Buffer => Buffer.from([2, 0, port >> 8, port & 255, ...address.split(".").map(Number), 0, 0, 0, 0, 0, 0, 0, 0]);
const ipv6 = (hex: string, port: number, scope = 0): Buffer => Buffer.concat([Buffer.from([23, 0, port >> 8, port & 255, 0, 0, 0, 0]), Buffer.from(hex, "hex"), Buffer.from([scope, 0, 0, 0])]);

interface Parameters { hash?: string; application?: string; store?: string | null; checkMode?: number; freshness?: number; timeout?: number; flags?: number; list?: [string, string] }

function fill(into: ReturnType<typeof record>, at: number, { hash = sha1, application = santeDb, store = "MY", checkMode = 0, freshness = 0, timeout = 0, flags = 0, list }: Parameters): void {
  into.head.writeUInt32LE(hash.length / 2, at);
  if (hash !== "") into.point(at + 8, Buffer.from(hash, "hex"));
  Buffer.from(application, "hex").copy(into.head, at + 16);
  if (store !== null) into.point(at + 32, wide(store));
  into.head.writeUInt32LE(checkMode, at + 40);
  into.head.writeUInt32LE(freshness, at + 44);
  into.head.writeUInt32LE(timeout, at + 48);
  if (list) {
    into.point(at + 56, wide(list[0]));
    into.point(at + 64, wide(list[1]));
  }
  into.head.writeUInt32LE(flags, at + 72);
}

function ip(address: Buffer, parameters: Parameters = {}): Buffer {
  const built = record(88);
  built.point(0, address);
  fill(built, 8, parameters);
  return built.bytes();
}

function sni(host: string, port: number, parameters: Parameters = {}): Buffer {
  const built = record(216);
  ipv4("0.0.0.0", port).copy(built.head, 0);
  built.point(128, wide(host));
  fill(built, 136, parameters);
  return built.bytes();
}

const flagsOf = (parameters: Parameters) => Object.fromEntries(significantFlags(ipBinding(ip(ipv4("0.0.0.0", 9200), parameters), base).flags));

it("a record by IPv4 address: port and address in network order, the GUID in its mixed order", () => {
  expect(ipBinding(ip(ipv4("10.1.2.3", 9200)), base)).toEqual({
    endpoint: "10.1.2.3:9200", family: "ip", thumbprint: sha1, applicationId: "{A97FB5DE-7627-401C-8E70-5B96C1A0073B}", application: "SanteDB", store: "MY", flags: {},
  });
});

it("IPv6 addresses in their shortest form and in brackets, a scope by its number", () => {
  expect(ipBinding(ip(ipv6("00000000000000000000000000000000", 443)), base).endpoint).toBe("[::]:443");
  expect(ipBinding(ip(ipv6("20010db8000000000000000000000001", 65535)), base).endpoint).toBe("[2001:db8::1]:65535");
  expect(ipBinding(ip(ipv6("fe800000000000000000000000000001", 8443, 7)), base).endpoint).toBe("[fe80::1%7]:8443");
});

it("a record by host name", () => {
  expect(sniBinding(sni("clinic-7.example.org", 8443), base)).toMatchObject({ endpoint: "clinic-7.example.org:8443", family: "sni", thumbprint: sha1, store: "MY" });
});

it("a record of the central certificate store names no certificate", () => {
  const built = record(208);
  ipv4("0.0.0.0", 443).copy(built.head, 0);
  fill(built, 128, { hash: "", store: null, application: "00112233445566778899aabbccddeeff" });
  expect(ccsBinding(built.bytes(), base)).toEqual({
    endpoint: "443", family: "ccs", thumbprint: null, applicationId: "{33221100-5544-7766-8899-AABBCCDDEEFF}", application: null, store: "MY", flags: {},
  });
});

it("hashes have the length that the record says", () => {
  const sha256 = "AB".repeat(32);
  expect(ipBinding(ip(ipv4("0.0.0.0", 443), { hash: sha256 }), base).thumbprint).toBe(sha256);
  expect(ipBinding(ip(ipv4("0.0.0.0", 443), { hash: "" }), base).thumbprint).toBeNull();
});

it("an omitted store is MY; another one is kept as it is", () => {
  expect(ipBinding(ip(ipv4("0.0.0.0", 443), { store: null }), base).store).toBe("MY");
  expect(ipBinding(ip(ipv4("0.0.0.0", 443), { store: "WebHosting" }), base).store).toBe("WebHosting");
});

it.each([
  [0x1, "dsmapperusage"], [0x2, "clientcertnegotiation"], [0x8, "reject"], [0x10, "disablehttp2"], [0x20, "disablequic"], [0x40, "disabletls13"],
  [0x80, "disableocspstapling"], [0x100, "enabletokenbinding"], [0x200, "logextendedevents"], [0x400, "disablelegacytls"], [0x800, "enablesessionticket"],
  [0x1000, "disabletls12"], [0x4000, "disablesessionid"], [0x8000, "enablecachingclienthello"],
])("bit 0x%x of the flags is %s alone", (bit, name) => {
  const binding = ipBinding(ip(ipv4("0.0.0.0", 443), { flags: bit }), base);
  expect(binding.flags).toEqual({ [name]: true });
  expect(binding.unsettable).toBeUndefined();
  expect(addBinding(binding).slice(-1)).toEqual([`${name}=enable`]);
});

it.each([[0x1, "verifyclientcertrevocation", false], [0x2, "verifyrevocationwithcachedclientcertonly", true], [0x10000, "usagecheck", false]])(
  "bit 0x%x of the check mode makes %s %s", (bit, name, value) => {
    const binding = ipBinding(ip(ipv4("0.0.0.0", 443), { checkMode: bit }), base);
    expect(binding.flags).toEqual({ [name]: value });
    expect(binding.unsettable).toBeUndefined();
    expect(addBinding(binding).slice(-1)).toEqual([`${name}=${value ? "enable" : "disable"}`]);
  },
);

it("times and the list of issuers", () => {
  expect(flagsOf({ checkMode: 4, freshness: 3600, timeout: 1000, list: ["Issuers", "CA"] })).toEqual({
    revocationfreshnesstime: 3600, urlretrievaltimeout: 1000, sslctlidentifier: "Issuers", sslctlstorename: "CA",
  });
  expect(ipBinding(ip(ipv4("0.0.0.0", 443), { checkMode: 4, freshness: 3600 }), base).unsettable).toBeUndefined();
});

it("bits that netsh has no parameter for are kept as bits", () => {
  const flags = 0x8000_2014;
  const binding = ipBinding(ip(ipv4("0.0.0.0", 443), { flags, checkMode: 0x80 | 0x4 | 0x1 }), base);
  expect(binding.unsettable).toEqual({ flags: 0x8000_2004, checkMode: 0x84, properties: [] });
  expect(binding.flags).toEqual({ disablehttp2: true, verifyclientcertrevocation: false });
});

it("a reservation: URL, descriptor, accounts", () => {
  const built = record(16);
  built.point(0, wide("https://+:9200/"));
  built.point(8, wide("D:(A;;GX;;;NS)(A;;GA;;;BA)"));
  expect(reservation(built.bytes(), base)).toEqual({
    url: "https://+:9200/", sddl: "D:(A;;GX;;;NS)(A;;GA;;;BA)",
    accounts: [{ name: "NT AUTHORITY\\NETWORK SERVICE", sid: "S-1-5-20", rights: ["listen"] }, { name: "BUILTIN\\Administrators", sid: "S-1-5-32-544", rights: ["listen", "delegate"] }],
  });
});

it("the listen list: as many addresses as it counts", () => {
  const list = Buffer.alloc(8 + 2 * 128);
  list.writeUInt32LE(2, 0);
  ipv4("10.0.0.5", 0).copy(list, 8);
  ipv6("00000000000000000000000000000001", 0).copy(list, 8 + 128);
  expect(listenAddresses(list)).toEqual(["10.0.0.5", "::1"]);
  expect(listenAddresses(Buffer.alloc(8))).toEqual([]);
});

const refused = expect.objectContaining({ name: "LockstepError", code: "internal" });

it.each([
  ["a pointer in front of the record", (bytes: Buffer) => bytes.writeBigUInt64LE(base - 1n, 0)],
  ["a pointer behind the record", (bytes: Buffer) => bytes.writeBigUInt64LE(base + BigInt(bytes.length), 0)],
  ["an address that is cut off", (bytes: Buffer) => bytes.writeBigUInt64LE(base + BigInt(bytes.length) - 3n, 0)],
  ["no address at all", (bytes: Buffer) => bytes.writeBigUInt64LE(0n, 0)],
  ["a pointer beyond what fits a number", (bytes: Buffer) => bytes.writeBigUInt64LE(0xffff_ffff_ffff_fff0n, 0)],
  ["a hash that runs past the end", (bytes: Buffer) => bytes.writeBigUInt64LE(base + BigInt(bytes.length) - 4n, 16)],
  ["a hash longer than any", (bytes: Buffer) => bytes.writeUInt32LE(0xffff_ffff, 8)],
  ["a store name without an end", (bytes: Buffer) => { bytes.writeBigUInt64LE(base + BigInt(bytes.length) - 6n, 40); bytes.fill(0x41, bytes.length - 6); }],
  ["an address of an unknown family", (bytes: Buffer) => bytes.writeUInt16LE(99, 88)],
])("%s is refused", (_, spoil) => {
  const bytes = ip(ipv4("0.0.0.0", 443));
  spoil(bytes);
  expect(() => ipBinding(bytes, base)).toThrow(refused);
});

it("records that are cut short are refused, wherever they are cut in their fixed part", () => {
  const whole = sni("clinic-7.example.org", 8443);
  for (let length = 0; length < 216; length++) expect(() => sniBinding(whole.subarray(0, length), base)).toThrow(refused);
});

it("a count of addresses that the record does not have is refused", () => {
  const list = Buffer.alloc(8 + 128);
  ipv4("10.0.0.5", 0).copy(list, 8);
  for (const count of [2, 4096, 0xffff_ffff]) {
    list.writeUInt32LE(count, 0);
    expect(() => listenAddresses(list)).toThrow(refused);
  }
});
