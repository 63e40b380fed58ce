// How the desktop program is packed, against electron-builder's schema and what must never be loosened.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../../..");
// Both come with electron-builder; neither brings types that this test needs.
const requireFrom = createRequire(createRequire(import.meta.url).resolve("app-builder-lib/package.json"));

interface Configuration {
  readonly appId: string;
  readonly asar: boolean;
  readonly files: readonly string[];
  readonly asarUnpack: readonly string[];
  readonly directories: Readonly<Record<string, string>>;
  readonly electronFuses: Readonly<Record<string, boolean>>;
  readonly win: { readonly target: readonly { readonly target: string; readonly arch: readonly string[] }[]; readonly requestedExecutionLevel: string };
  readonly nsis: Readonly<Record<string, boolean>>;
}

let configuration: Configuration;
let schema: { readonly definitions: Readonly<Record<string, { readonly properties: Readonly<Record<string, object>> }>> };
beforeAll(() => {
  const { load } = requireFrom("js-yaml") as { readonly load: (text: string) => unknown };
  configuration = load(readFileSync(join(root, "electron-builder.yml"), "utf8")) as Configuration;
  schema = JSON.parse(readFileSync(requireFrom.resolve("./scheme.json"), "utf8")) as typeof schema;
});

describe("the packaging", () => {
  it("is a configuration that electron-builder accepts", () => {
    const Ajv = (requireFrom("ajv") as { readonly default: new (options: object) => { readonly validate: (schema: object, value: unknown) => boolean; readonly errorsText: () => string } }).default;
    const ajv = new Ajv({ strict: false, validateFormats: false });
    expect(ajv.validate(schema, configuration) || ajv.errorsText()).toBe(true);
    expect(ajv.validate(schema, { ...configuration, electronFuses: { runAsNodes: false } })).toBe(false);
  });

  it("sets every fuse there is, each to the safe side", () => {
    expect(configuration.electronFuses).toEqual({
      runAsNode: false, enableNodeOptionsEnvironmentVariable: false, enableNodeCliInspectArguments: false, grantFileProtocolExtraPrivileges: false, loadBrowserProcessSpecificV8Snapshot: false,
      enableCookieEncryption: true, enableEmbeddedAsarIntegrityValidation: true, onlyLoadAppFromAsar: true,
    });
    const known = Object.keys(schema.definitions["FuseOptionsV1"]?.properties ?? {}).filter((name) => name !== "resetAdHocDarwinSignature");
    expect(Object.keys(configuration.electronFuses).sort()).toEqual(known.sort());
  });

  it("installs per machine, into a folder that users cannot write, and asks for no rights to run", () => {
    expect(configuration.nsis).toEqual({ oneClick: false, perMachine: true, allowElevation: true, allowToChangeInstallationDirectory: false, deleteAppDataOnUninstall: false });
    expect(configuration.win.requestedExecutionLevel).toBe("asInvoker");
    expect(configuration.win.target).toEqual([{ target: "nsis", arch: ["x64", "arm64"] }]);
  });

  it("packs what was built, and koffi, whose native code lies outside of the archive", () => {
    expect(configuration.asar).toBe(true);
    expect(configuration.files.filter((pattern) => !pattern.startsWith("!"))).toEqual(["dist/**", "package.json", "node_modules/koffi/**", "node_modules/@koromix/**"]);
    expect(configuration.asarUnpack).toEqual(["**/*.node", "**/node_modules/koffi/**", "**/node_modules/@koromix/**"]);
    expect(configuration.directories).toEqual({ buildResources: "assets", output: "release" });
  });

  it("keeps the identity that installed programs are found by", () => {
    expect(configuration.appId).toBe("app.lockstep.console");
  });

  it("starts what the build makes", () => {
    const { main } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { readonly main: string };
    expect(main).toBe("dist/electron/main.js");
  });
});
