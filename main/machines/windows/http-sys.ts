// HTTP.sys as httpapi.dll answers: bindings of all three families, reservations, the listen list. Read only.
import type { Binding } from "../../../app/http-sys/binding.ts";
import type { Reservation } from "../../../app/http-sys/reservation.ts";
import type { HttpSys } from "../../../app/machine.ts";
import { ccsBinding, ipBinding, listenAddresses, reservation, sniBinding } from "./http-records.ts";
import { offsetOf, sizeOf, type LayoutName } from "./layouts.ts";
import { errorCodes, nativeProblem, type Allocation, type Native, type Pointer } from "./native.ts";

/** HTTP_SERVICE_CONFIG_ID. Source: http.h. */
const ids = { listenList: 0, ssl: 1, reservations: 2, sni: 5, ccs: 6 } as const;
/** HttpServiceConfigQueryNext. */
const next = 1;
/** HTTPAPI_VERSION 1.0, two 16-bit numbers that are passed by value in one register. */
const version = 1;
/** HTTP_INITIALIZE_CONFIG. */
const forConfiguration = 2;

/** Bytes of one record, and records of one kind, at most: what is beyond is no answer of HTTP.sys. */
const largestRecord = 4 * 1024 * 1024;
const mostRecords = 100_000;

type Query = (service: Pointer, id: number, input: Buffer | null, inputLength: number, output: Buffer | null, outputLength: number, needed: [number], overlapped: Pointer) => number;

/** The configuration store of HTTP.sys. Its calls throw command-failed and internal. */
export function openHttpSys(native: Native): HttpSys {
  const library = native.load("httpapi.dll");
  const initialize = library.func("uint32_t __stdcall HttpInitialize(uint32_t version, uint32_t flags, void *reserved)") as unknown as (version: number, flags: number, reserved: Pointer) => number;
  const terminate = library.func("uint32_t __stdcall HttpTerminate(uint32_t flags, void *reserved)") as unknown as (flags: number, reserved: Pointer) => number;
  const query = library.func("uint32_t __stdcall HttpQueryServiceConfiguration(void *service, int id, void *input, uint32_t inputLength, void *output, uint32_t outputLength, _Out_ uint32_t *needed, void *overlapped)") as unknown as Query;

  /** Asks for a size, then for the content; again where the content grew in between. The answer is the function's own result. */
  const answer = (id: number, input: Buffer | null): { readonly code: number; readonly output: Allocation | null } => {
    let output: Allocation | null = null;
    for (let attempt = 0; attempt < 8; attempt++) {
      const needed: [number] = [0];
      const code = query(null, id, input, input?.length ?? 0, output?.bytes ?? null, output?.bytes.length ?? 0, needed, null);
      if (code !== errorCodes.insufficientBuffer) return { code, output };
      if (needed[0] > largestRecord) break;
      output = native.allocate(needed[0]);
    }
    return { code: errorCodes.insufficientBuffer, output: null };
  };

  /** While the library is initialised, which it counts. */
  const initialised = <Value>(read: () => Value): Value => {
    const code = initialize(version, forConfiguration, null);
    if (code !== 0) throw nativeProblem("HttpInitialize", code);
    try {
      return read();
    } finally {
      terminate(forConfiguration, null);
    }
  };

  /** All records of one kind, one after the other by a token that counts from 0. */
  const records = <Value>(id: number, question: LayoutName, tokenAt: number, decode: (bytes: Uint8Array, base: bigint) => Value): readonly Value[] => {
    const found: Value[] = [];
    for (let token = 0; token < mostRecords; token++) {
      const input = native.allocate(sizeOf(question)).bytes;
      input.writeUInt32LE(next, 0);
      input.writeUInt32LE(token, tokenAt);
      const { code, output } = answer(id, input);
      // "Not found" in place of "no more" can only mean that there is none at all.
      if (code === errorCodes.noMoreItems || (code === errorCodes.fileNotFound && token === 0)) return found;
      if (code !== 0) throw nativeProblem("HttpQueryServiceConfiguration", code);
      if (output) found.push(decode(output.bytes, output.address));
    }
    return found;
  };

  const bindings = (): readonly Binding[] => [
    ...records(ids.ssl, "HTTP_SERVICE_CONFIG_SSL_QUERY", offsetOf("HTTP_SERVICE_CONFIG_SSL_QUERY", "dwToken"), ipBinding),
    ...records(ids.sni, "HTTP_SERVICE_CONFIG_SSL_SNI_QUERY", offsetOf("HTTP_SERVICE_CONFIG_SSL_SNI_QUERY", "dwToken"), sniBinding),
    ...records(ids.ccs, "HTTP_SERVICE_CONFIG_SSL_CCS_QUERY", offsetOf("HTTP_SERVICE_CONFIG_SSL_CCS_QUERY", "dwToken"), ccsBinding),
  ];

  const reservations = (): readonly Reservation[] =>
    records(ids.reservations, "HTTP_SERVICE_CONFIG_URLACL_QUERY", offsetOf("HTTP_SERVICE_CONFIG_URLACL_QUERY", "dwToken"), reservation);

  const listenList = (): readonly string[] => {
    const { code, output } = answer(ids.listenList, null);
    if (code === errorCodes.fileNotFound) return [];
    if (code !== 0) throw nativeProblem("HttpQueryServiceConfiguration", code);
    return output ? listenAddresses(output.bytes) : [];
  };

  // Promises, so that a refusal arrives as one.
  return {
    bindings: () => Promise.resolve().then(() => initialised(bindings)),
    reservations: () => Promise.resolve().then(() => initialised(reservations)),
    listenList: () => Promise.resolve().then(() => initialised(listenList)),
  };
}
