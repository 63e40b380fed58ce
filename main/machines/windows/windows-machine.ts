// The Windows machine: this computer's certificate stores, HTTP.sys, services, accounts, files and programs.
import { hostname } from "node:os";
import { withExtendedProperties } from "../../../app/http-sys/binding-transcript.ts";
import { readTranscript } from "../../../app/http-sys/transcript.ts";
import type { Machine } from "../../../app/machine.ts";
import { systemClock } from "../clock.ts";
import { nodeNetwork } from "../network.ts";
import { openAccounts } from "./accounts.ts";
import { openCertificateStore } from "./certificate-store.ts";
import { openOemText } from "./code-page.ts";
import { openCommands } from "./commands.ts";
import { openFiles } from "./files.ts";
import { openHttpSys } from "./http-sys.ts";
import { openNative } from "./native.ts";
import { openServices } from "./services.ts";

/**
 * Opens the machine that this is; changes nothing. Throws unsupported where it is no 64-bit Windows, internal where its
 * structs are not laid out as expected. A crash in native code loses no journal: each step is on the disk before it is taken.
 */
export async function openWindowsMachine(): Promise<Machine> {
  const native = await openNative();
  const commands = openCommands({ decode: openOemText(native) });
  const httpSys = openHttpSys(native);
  return {
    kind: "windows",
    hostName: hostname().toLowerCase(),
    certificates: openCertificateStore(native),
    httpSys: {
      ...httpSys,
      bindings: async () => {
        const bindings = await httpSys.bindings();
        // Only a warning hangs on it, so a netsh that does not answer is let pass.
        const printed = await commands.run(["netsh", "http", "show", "sslcert"]).then(({ output }) => readTranscript(output).bindings, () => []);
        return withExtendedProperties(bindings, printed);
      },
    },
    services: openServices(native),
    accounts: openAccounts(native, hostname()),
    files: openFiles(native),
    commands,
    network: nodeNetwork,
    clock: systemClock,
    nginx: null,
    mono: null,
  };
}
