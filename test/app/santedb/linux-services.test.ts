// SanteDB's units and scripts on Linux: which they are, and where their configurations lie.
import { posix } from "node:path";
import { describe, expect, it } from "vitest";
import type { Machine, ServiceRecord } from "../../../app/machine.ts";
import { candidatePaths } from "../../../app/santedb/candidates.ts";
import { recogniseService, serviceOfName } from "../../../app/santedb/service-recognition.ts";

const record = (name: string, imagePath = "", applicationData: string | null = "/home/santedb/.config"): ServiceRecord => ({
  name, displayName: name, imagePath, account: "santedb", state: "running", processId: 1, exitCode: 0, startType: "automatic", version: null, dependencies: [], manager: "systemd",
  ...(applicationData !== null && { applicationData }),
});
const machine = { kind: "linux", files: { join: posix.join } } as unknown as Machine;
const recognised = (name: string, imagePath?: string) => {
  const found = recogniseService(record(name, imagePath));
  return found && [found.product, found.name];
};
const paths = (of: ServiceRecord): readonly string[] => {
  const service = recogniseService(of);
  return service === null ? [] : candidatePaths(machine, service).map(({ path }) => path);
};

describe("a unit of Linux", () => {
  it("is SanteDB's by the name that its installers give", () => {
    expect(recognised("santedb")).toEqual(["icdr", "santedb"]);
    expect(recognised("santedb-www")).toEqual(["dcdr-www", "default"]);
    expect(recognised("santedb-dcg")).toEqual(["dcdr-gateway", "default"]);
    expect(recognised("santedb-www-north")).toEqual(["dcdr-www", "north"]);
    expect(recognised("santedb-dcg@south")).toEqual(["dcdr-gateway", "south"]);
  });

  it("is SanteDB's by its program, whatever its name; what the command line calls it goes before the unit's name", () => {
    expect(recognised("clinic", "/opt/santesuite/santedb/www/santedb-www.exe --name=north")).toEqual(["dcdr-www", "north"]);
    expect(recognised("clinic", "/opt/santesuite/santedb/server/santedb.exe")).toEqual(["icdr", "clinic"]);
    expect(recognised("santedb-www-south", "/opt/santesuite/santedb/www/santedb-www.exe --name=north")).toEqual(["dcdr-www", "north"]);
    expect(recognised("santedb", "/opt/santesuite/santedb/dcg/santedb-dcg.exe")).toEqual(["dcdr-gateway", "default"]);
  });

  it("is not SanteDB's because its name begins like it", () => {
    for (const name of ["santedb-backup", "santedbx", "SanteDB", "santedb-wwwx", "nginx", "santedb-www-"]) expect(recognised(name, "/usr/bin/backup"), name).toBeNull();
  });

  it("is found by its own name and its instance's", () => {
    const services = [record("santedb"), record("santedb-www"), record("santedb-www-north")].map(recogniseService).filter((service) => service !== null);
    for (const [name, unit] of [["santedb", "santedb"], ["santedb-www", "santedb-www"], ["default", "santedb-www"], ["north", "santedb-www-north"]] as const) {
      expect(serviceOfName(services, name)?.record.name, name).toBe(unit);
    }
    expect(serviceOfName(services, "south")).toBeNull();
  });
});

describe("the configuration of a unit", () => {
  it("of the dCDR lies with its user first, by product and instance", () => {
    expect(paths(record("santedb-www", "/opt/santesuite/santedb/www/santedb-www.exe"))).toEqual([
      "/home/santedb/.config/santedb/www/default/santedb.config",
      "/opt/santesuite/santedb/www/instances/default/config/santedb.config",
      "/opt/santesuite/santedb/www/instances/default/santedb.config",
      "/home/santedb/.config/SanteDB/www-default/SanteDB.config",
    ]);
    expect(paths(record("santedb-dcg", "/opt/x/santedb-dcg.exe --name=north"))[0]).toBe("/home/santedb/.config/santedb/dcg/north/santedb.config");
  });

  it("of a user whose folder is not known can only lie beside the program", () => {
    expect(paths(record("santedb-www", "/opt/www/santedb-www.exe", null))).toEqual(["/opt/www/instances/default/config/santedb.config", "/opt/www/instances/default/santedb.config"]);
  });

  it("of the iCDR lies beside the program, and where the command line says", () => {
    expect(paths(record("santedb", "/opt/santesuite/santedb/server/santedb.exe"))).toEqual(["/opt/santesuite/santedb/server/santedb.config.xml"]);
    expect(paths(record("clinic", "/opt/server/santedb.exe --name=north"))).toEqual(["/opt/server/santedb.config.north.xml"]);
    expect(paths(record("santedb", "/opt/server/santedb.exe --config=/etc/santedb/main.xml"))).toEqual(["/etc/santedb/main.xml"]);
    expect(paths(record("santedb", "/opt/server/santedb.exe --config=main.xml"))).toEqual(["/opt/server/main.xml"]);
  });

  it("is not looked for outside of those folders, whatever an instance is called", () => {
    expect(paths(record("santedb-www", "/opt/www/santedb-www.exe --name=../../etc"))).toEqual([]);
  });
});
