// The structs of the Win32 interfaces that are used, as 64-bit Windows lays them out: each declared once, and measured at load.
import type { TypeObject, struct, array, sizeof, offsetof } from "koffi";
import { problem } from "../../../app/errors.ts";

/** An integer of so many bits, a pointer, a struct named in this table, or a number of bytes. */
type MemberType = "uint16" | "uint32" | "int64" | "pointer" | "GUID" | "SERVICE_STATUS_PROCESS" | "SOCKADDR_STORAGE" | "HTTP_SERVICE_CONFIG_SSL_PARAM" | number;

/** Offset in bytes, and what stands there. */
type Member = readonly [offset: number, type: MemberType];

interface Layout {
  /** Bytes, the padding at the end among them. */
  readonly size: number;
  readonly members: Readonly<Record<string, Member>>;
}

/**
 * Sizes and offsets in bytes on x64 and arm64, a struct after those that it holds. Sources: the headers http.h,
 * wincrypt.h, winsvc.h, verrsrc.h, ws2def.h, winnt.h of the Windows SDK, as MicrosoftDocs/sdk-api documents their fields.
 */
export const layouts = {
  GUID: { size: 16, members: { Data1: [0, "uint32"], Data2: [4, "uint16"], Data3: [6, "uint16"], Data4: [8, 8] } },
  SOCKADDR_IN: { size: 16, members: { sin_family: [0, "uint16"], sin_port: [2, "uint16"], sin_addr: [4, 4], sin_zero: [8, 8] } },
  SOCKADDR_IN6: { size: 28, members: { sin6_family: [0, "uint16"], sin6_port: [2, "uint16"], sin6_flowinfo: [4, "uint32"], sin6_addr: [8, 16], sin6_scope_id: [24, "uint32"] } },
  SOCKADDR_STORAGE: { size: 128, members: { ss_family: [0, "uint16"], __ss_pad1: [2, 6], __ss_align: [8, "int64"], __ss_pad2: [16, 112] } },

  HTTP_SERVICE_CONFIG_SSL_PARAM: {
    size: 80,
    members: {
      SslHashLength: [0, "uint32"], pSslHash: [8, "pointer"], AppId: [16, "GUID"], pSslCertStoreName: [32, "pointer"],
      DefaultCertCheckMode: [40, "uint32"], DefaultRevocationFreshnessTime: [44, "uint32"], DefaultRevocationUrlRetrievalTimeout: [48, "uint32"],
      pDefaultSslCtlIdentifier: [56, "pointer"], pDefaultSslCtlStoreName: [64, "pointer"], DefaultFlags: [72, "uint32"],
    },
  },
  HTTP_SERVICE_CONFIG_SSL_SET: { size: 88, members: { KeyDesc: [0, "pointer"], ParamDesc: [8, "HTTP_SERVICE_CONFIG_SSL_PARAM"] } },
  HTTP_SERVICE_CONFIG_SSL_QUERY: { size: 24, members: { QueryDesc: [0, "uint32"], KeyDesc: [8, "pointer"], dwToken: [16, "uint32"] } },
  HTTP_SERVICE_CONFIG_SSL_SNI_SET: { size: 216, members: { IpPort: [0, "SOCKADDR_STORAGE"], Host: [128, "pointer"], ParamDesc: [136, "HTTP_SERVICE_CONFIG_SSL_PARAM"] } },
  HTTP_SERVICE_CONFIG_SSL_SNI_QUERY: { size: 152, members: { QueryDesc: [0, "uint32"], IpPort: [8, "SOCKADDR_STORAGE"], Host: [136, "pointer"], dwToken: [144, "uint32"] } },
  HTTP_SERVICE_CONFIG_SSL_CCS_SET: { size: 208, members: { LocalAddress: [0, "SOCKADDR_STORAGE"], ParamDesc: [128, "HTTP_SERVICE_CONFIG_SSL_PARAM"] } },
  HTTP_SERVICE_CONFIG_SSL_CCS_QUERY: { size: 144, members: { QueryDesc: [0, "uint32"], LocalAddress: [8, "SOCKADDR_STORAGE"], dwToken: [136, "uint32"] } },
  HTTP_SERVICE_CONFIG_URLACL_SET: { size: 16, members: { pUrlPrefix: [0, "pointer"], pStringSecurityDescriptor: [8, "pointer"] } },
  HTTP_SERVICE_CONFIG_URLACL_QUERY: { size: 24, members: { QueryDesc: [0, "uint32"], pUrlPrefix: [8, "pointer"], dwToken: [16, "uint32"] } },
  /** With its first address; AddrCount of them follow each other. */
  HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY: { size: 136, members: { AddrCount: [0, "uint32"], AddrList: [8, "SOCKADDR_STORAGE"] } },

  CERT_CONTEXT: { size: 40, members: { dwCertEncodingType: [0, "uint32"], pbCertEncoded: [8, "pointer"], cbCertEncoded: [16, "uint32"], pCertInfo: [24, "pointer"], hCertStore: [32, "pointer"] } },
  /** Also CRYPT_HASH_BLOB and CRYPT_DATA_BLOB. */
  CRYPTOAPI_BLOB: { size: 16, members: { cbData: [0, "uint32"], pbData: [8, "pointer"] } },
  CRYPT_KEY_PROV_INFO: {
    size: 48,
    members: {
      pwszContainerName: [0, "pointer"], pwszProvName: [8, "pointer"], dwProvType: [16, "uint32"], dwFlags: [20, "uint32"],
      cProvParam: [24, "uint32"], rgProvParam: [32, "pointer"], dwKeySpec: [40, "uint32"],
    },
  },
  BCRYPT_PKCS1_PADDING_INFO: { size: 8, members: { pszAlgId: [0, "pointer"] } },

  SERVICE_STATUS: {
    size: 28,
    members: {
      dwServiceType: [0, "uint32"], dwCurrentState: [4, "uint32"], dwControlsAccepted: [8, "uint32"], dwWin32ExitCode: [12, "uint32"],
      dwServiceSpecificExitCode: [16, "uint32"], dwCheckPoint: [20, "uint32"], dwWaitHint: [24, "uint32"],
    },
  },
  SERVICE_STATUS_PROCESS: {
    size: 36,
    members: {
      dwServiceType: [0, "uint32"], dwCurrentState: [4, "uint32"], dwControlsAccepted: [8, "uint32"], dwWin32ExitCode: [12, "uint32"],
      dwServiceSpecificExitCode: [16, "uint32"], dwCheckPoint: [20, "uint32"], dwWaitHint: [24, "uint32"], dwProcessId: [28, "uint32"], dwServiceFlags: [32, "uint32"],
    },
  },
  ENUM_SERVICE_STATUS_PROCESSW: { size: 56, members: { lpServiceName: [0, "pointer"], lpDisplayName: [8, "pointer"], ServiceStatusProcess: [16, "SERVICE_STATUS_PROCESS"] } },
  QUERY_SERVICE_CONFIGW: {
    size: 64,
    members: {
      dwServiceType: [0, "uint32"], dwStartType: [4, "uint32"], dwErrorControl: [8, "uint32"], lpBinaryPathName: [16, "pointer"], lpLoadOrderGroup: [24, "pointer"],
      dwTagId: [32, "uint32"], lpDependencies: [40, "pointer"], lpServiceStartName: [48, "pointer"], lpDisplayName: [56, "pointer"],
    },
  },
  VS_FIXEDFILEINFO: {
    size: 52,
    members: {
      dwSignature: [0, "uint32"], dwStrucVersion: [4, "uint32"], dwFileVersionMS: [8, "uint32"], dwFileVersionLS: [12, "uint32"], dwProductVersionMS: [16, "uint32"],
      dwProductVersionLS: [20, "uint32"], dwFileFlagsMask: [24, "uint32"], dwFileFlags: [28, "uint32"], dwFileOS: [32, "uint32"], dwFileType: [36, "uint32"],
      dwFileSubtype: [40, "uint32"], dwFileDateMS: [44, "uint32"], dwFileDateLS: [48, "uint32"],
    },
  },
  /** In its self-relative form: the last four members are offsets from its start. */
  SECURITY_DESCRIPTOR_RELATIVE: { size: 20, members: { Revision: [0, 1], Sbz1: [1, 1], Control: [2, "uint16"], Owner: [4, "uint32"], Group: [8, "uint32"], Sacl: [12, "uint32"], Dacl: [16, "uint32"] } },
  SECURITY_ATTRIBUTES: { size: 24, members: { nLength: [0, "uint32"], lpSecurityDescriptor: [8, "pointer"], bInheritHandle: [16, "uint32"] } },
} as const satisfies Record<string, Layout>;

export type LayoutName = keyof typeof layouts;
export type MemberOf<Name extends LayoutName> = keyof (typeof layouts)[Name]["members"] & string;

/** Size of a struct in bytes. */
export const sizeOf = (name: LayoutName): number => layouts[name].size;

/** Offset in bytes of a member in its struct. */
export function offsetOf<Name extends LayoutName>(name: Name, member: MemberOf<Name>): number {
  const members: Readonly<Record<string, Member>> = layouts[name].members;
  return members[member]?.[0] ?? 0;
}

/** What of koffi builds and measures a struct. */
export interface Measure {
  readonly struct: typeof struct;
  readonly array: typeof array;
  readonly sizeof: typeof sizeof;
  readonly offsetof: typeof offsetof;
}

/**
 * Builds every struct of a table from its members' types alone, and compares what the compiler's rules make of them with
 * what the table says. Throws internal, which names struct and member, where they differ: nothing is then decoded.
 */
export function measureLayouts(koffi: Measure, table: Readonly<Record<string, Layout>> = layouts): ReadonlyMap<string, TypeObject> {
  const built = new Map<string, TypeObject>();
  for (const [name, { size, members }] of Object.entries(table)) {
    const types = Object.entries(members).map(([member, [, type]]) => {
      if (typeof type === "number") return [member, koffi.array("uint8", type, "Typed")] as const;
      return [member, type === "pointer" ? "void *" : built.get(type) ?? type] as const;
    });
    const type = koffi.struct(Object.fromEntries(types));
    for (const [member, [offset]] of Object.entries(members)) {
      const measured = koffi.offsetof(type, member);
      if (measured !== offset) throw problem("internal", { problem: `the member ${member} of ${name} lies at ${measured} on this machine, not at ${offset}` });
    }
    const measured = koffi.sizeof(type);
    if (measured !== size) throw problem("internal", { problem: `${name} has ${measured} bytes on this machine, not ${size}` });
    built.set(name, type);
  }
  return built;
}
