// The records that httpapi.dll answers with, decoded: bindings, reservations, the listen list. Pure: bytes and their address in, values out.
import { applicationName } from "../../../app/http-sys/application.ts";
import type { Binding, BindingFlags, Unsettable } from "../../../app/http-sys/binding.ts";
import type { Reservation } from "../../../app/http-sys/reservation.ts";
import { accountsOf } from "../../../app/http-sys/sddl.ts";
import { problem } from "../../../app/errors.ts";
import { offsetOf, sizeOf } from "./layouts.ts";
import { Memory } from "./memory.ts";

type FlagName = { [Name in keyof BindingFlags]-?: NonNullable<BindingFlags[Name]> extends boolean ? Name : never }[keyof BindingFlags];

/** Bits of DefaultFlags, HTTP_SERVICE_CONFIG_SSL_FLAG_* of http.h. Bit 4 (no raw filter) and 0x2000 (client correlation) have no parameter of netsh. */
const flagBits: readonly (readonly [bit: number, name: FlagName])[] = [
  [0x1, "dsmapperusage"], [0x2, "clientcertnegotiation"], [0x8, "reject"], [0x10, "disablehttp2"], [0x20, "disablequic"],
  [0x40, "disabletls13"], [0x80, "disableocspstapling"], [0x100, "enabletokenbinding"], [0x200, "logextendedevents"],
  [0x400, "disablelegacytls"], [0x800, "enablesessionticket"], [0x1000, "disabletls12"], [0x4000, "disablesessionid"], [0x8000, "enablecachingclienthello"],
];

/** Bits of DefaultCertCheckMode, with the value that the flag has when the bit is set: two of them forbid what is done by default. */
const checkModeBits: readonly (readonly [bit: number, name: FlagName, whenSet: boolean])[] = [
  [0x1, "verifyclientcertrevocation", false], [0x2, "verifyrevocationwithcachedclientcertonly", true], [0x10000, "usagecheck", false],
];
/** DefaultRevocationFreshnessTime counts. netsh sets this bit with the time itself. */
const freshnessBit = 0x4;

const without = (value: number, bits: number): number => (value & ~bits) >>> 0;

/** What one HTTP_SERVICE_CONFIG_SSL_PARAM says, beside its key. */
function parameters(memory: Memory, start: number): Pick<Binding, "thumbprint" | "applicationId" | "application" | "store" | "flags" | "unsettable"> {
  const record = memory.struct("HTTP_SERVICE_CONFIG_SSL_PARAM", start);
  const checkMode = record.uint32("DefaultCertCheckMode");
  const defaultFlags = record.uint32("DefaultFlags");
  const freshness = record.uint32("DefaultRevocationFreshnessTime");
  const timeout = record.uint32("DefaultRevocationUrlRetrievalTimeout");
  const listIdentifier = record.text("pDefaultSslCtlIdentifier");
  const listStore = record.text("pDefaultSslCtlStoreName");

  const set = flagBits.filter(([bit]) => (defaultFlags & bit) !== 0).map(([, name]) => [name, true] as const);
  const checks = checkModeBits.filter(([bit]) => (checkMode & bit) !== 0).map(([, name, whenSet]) => [name, whenSet] as const);
  const flags: BindingFlags = {
    ...Object.fromEntries([...checks, ...set]),
    ...freshness !== 0 && { revocationfreshnesstime: freshness },
    ...timeout !== 0 && { urlretrievaltimeout: timeout },
    ...listIdentifier !== null && listIdentifier !== "" && { sslctlidentifier: listIdentifier },
    ...listStore !== null && listStore !== "" && { sslctlstorename: listStore },
  };
  const named = (bits: readonly (readonly [number, ...unknown[]])[]): number => bits.reduce((sum, [bit]) => sum | bit, 0);
  const unsettable: Unsettable = {
    flags: without(defaultFlags, named(flagBits)),
    checkMode: without(checkMode, named(checkModeBits) | (freshness === 0 ? 0 : freshnessBit)),
    // This form of a record does not carry extended properties.
    properties: [],
  };
  const applicationId = guid(memory, record.at("AppId"));
  return {
    thumbprint: hash(memory, record.uint32("SslHashLength"), record.pointer("pSslHash")),
    applicationId,
    application: applicationName(applicationId),
    store: record.text("pSslCertStoreName") ?? "MY",
    flags,
    ...(unsettable.flags !== 0 || unsettable.checkMode !== 0) && { unsettable },
  };
}

/** Hashes of certificates are of 20 octets (SHA-1), or 32 where a newer Windows says so; a record of the central store has none. */
function hash(memory: Memory, length: number, at: number | null): string | null {
  if (length === 0 || at === null) return null;
  if (length > 64) throw problem("internal", { problem: `Windows answered with a certificate hash of ${length} octets` });
  return Array.from(memory.bytes(at, length), (octet) => octet.toString(16).padStart(2, "0")).join("").toUpperCase();
}

/** GUID in braces, upper case; its first three parts are little-endian, the rest is as it stands. */
function guid(memory: Memory, at: number): string {
  const digits = (value: number, length: number): string => value.toString(16).padStart(length, "0");
  const tail = Array.from(memory.bytes(at + 8, 8), (octet) => digits(octet, 2)).join("");
  const parts = [digits(memory.uint32(at), 8), digits(memory.uint16(at + 4), 4), digits(memory.uint16(at + 6), 4), tail.slice(0, 4), tail.slice(4)];
  return `{${parts.join("-").toUpperCase()}}`;
}

const families = { ipv4: 2, ipv6: 23 } as const;

interface SocketAddress { readonly family: "ipv4" | "ipv6"; readonly address: string; readonly port: number }

/** A sockaddr: address and port are in network byte order. AF_INET is 2, AF_INET6 is 23 on Windows. Source: ws2def.h. */
function socketAddress(memory: Memory, at: number): SocketAddress {
  const family = memory.uint16(at);
  switch (family) {
    case families.ipv4: {
      const address = memory.bytes(at + offsetOf("SOCKADDR_IN", "sin_addr"), 4).join(".");
      return { family: "ipv4", address, port: memory.uint16BigEndian(at + offsetOf("SOCKADDR_IN", "sin_port")) };
    }
    case families.ipv6: {
      const start = at + offsetOf("SOCKADDR_IN6", "sin6_addr");
      const groups = Array.from({ length: 8 }, (_, index) => memory.uint16BigEndian(start + index * 2).toString(16));
      // The shortest form, as RFC 5952 has it.
      const address = new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
      const scope = memory.uint32(at + offsetOf("SOCKADDR_IN6", "sin6_scope_id"));
      return { family: "ipv6", address: scope === 0 ? address : `${address}%${scope}`, port: memory.uint16BigEndian(at + offsetOf("SOCKADDR_IN6", "sin6_port")) };
    }
    default: throw problem("internal", { problem: `Windows answered with an address of the family ${family}` });
  }
}

/** An HTTP_SERVICE_CONFIG_SSL_SET at the start of the bytes. `base` is the address at which Windows wrote them. Throws internal. */
export function ipBinding(bytes: Uint8Array, base: bigint): Binding {
  const memory = new Memory(bytes, base);
  const record = memory.struct("HTTP_SERVICE_CONFIG_SSL_SET", 0);
  const key = record.pointer("KeyDesc");
  if (key === null) throw problem("internal", { problem: "Windows answered with a binding that has no address" });
  const { family, address, port } = socketAddress(memory, key);
  return { endpoint: family === "ipv6" ? `[${address}]:${port}` : `${address}:${port}`, family: "ip", ...parameters(memory, record.at("ParamDesc")) };
}

/** An HTTP_SERVICE_CONFIG_SSL_SNI_SET: a host name, and a port that stands in an otherwise unused address. Throws internal. */
export function sniBinding(bytes: Uint8Array, base: bigint): Binding {
  const memory = new Memory(bytes, base);
  const record = memory.struct("HTTP_SERVICE_CONFIG_SSL_SNI_SET", 0);
  const { port } = socketAddress(memory, record.at("IpPort"));
  const host = record.text("Host");
  if (host === null || host === "") throw problem("internal", { problem: "Windows answered with a binding that has no host name" });
  return { endpoint: `${host}:${port}`, family: "sni", ...parameters(memory, record.at("ParamDesc")) };
}

/** An HTTP_SERVICE_CONFIG_SSL_CCS_SET: the central certificate store answers on this port. Throws internal. */
export function ccsBinding(bytes: Uint8Array, base: bigint): Binding {
  const memory = new Memory(bytes, base);
  const record = memory.struct("HTTP_SERVICE_CONFIG_SSL_CCS_SET", 0);
  const { port } = socketAddress(memory, record.at("LocalAddress"));
  return { endpoint: String(port), family: "ccs", ...parameters(memory, record.at("ParamDesc")) };
}

/** An HTTP_SERVICE_CONFIG_URLACL_SET. Throws internal. */
export function reservation(bytes: Uint8Array, base: bigint): Reservation {
  const record = new Memory(bytes, base).struct("HTTP_SERVICE_CONFIG_URLACL_SET", 0);
  const url = record.text("pUrlPrefix");
  const sddl = record.text("pStringSecurityDescriptor");
  if (url === null || sddl === null) throw problem("internal", { problem: "Windows answered with a reservation without URL or descriptor" });
  return { url, sddl, accounts: accountsOf(sddl) };
}

/** Addresses of the listen list at most: a count beyond it is no count. */
const mostAddresses = 4096;

/** An HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY: addresses without ports. Throws internal. */
export function listenAddresses(bytes: Uint8Array): readonly string[] {
  const memory = new Memory(bytes, 0n);
  const record = memory.struct("HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY", 0);
  const count = record.uint32("AddrCount");
  if (count > mostAddresses) throw problem("internal", { problem: `Windows answered with a listen list of ${count} addresses` });
  return Array.from({ length: count }, (_, index) => socketAddress(memory, record.at("AddrList") + index * sizeOf("SOCKADDR_STORAGE")).address);
}
