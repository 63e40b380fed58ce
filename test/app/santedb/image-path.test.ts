import { describe, expect, it } from "vitest";
import { parseImagePath } from "../../../app/santedb/image-path.ts";

describe("a service's command line", () => {
  it("may be unquoted although it has blanks", () => {
    expect(parseImagePath(`C:\\Program Files\\SanteSuite\\SanteDB\\WWW\\santedb-www.exe --name="default" --base="http://0.0.0.0:9200" --appsecret="***"`)).toEqual({
      executable: "C:\\Program Files\\SanteSuite\\SanteDB\\WWW\\santedb-www.exe", program: "santedb-www",
      folder: "C:\\Program Files\\SanteSuite\\SanteDB\\WWW", name: "default", config: null,
    });
  });

  it("may quote the program and not the configuration", () => {
    expect(parseImagePath(`"C:\\Program Files\\SanteSuite\\SanteDB\\Server\\santedb.exe" --name=mpi --config=C:\\Program Files\\SanteSuite\\my config.xml`)).toMatchObject({
      program: "santedb", folder: "C:\\Program Files\\SanteSuite\\SanteDB\\Server", name: "mpi", config: "C:\\Program Files\\SanteSuite\\my config.xml",
    });
    expect(parseImagePath(`"C:\\s\\santedb.exe" --config=C:\\my config.xml --name=mpi`)).toMatchObject({ name: "mpi", config: "C:\\my config.xml" });
  });

  it("may have forward slashes, no options, or no ending", () => {
    expect(parseImagePath("/srv/Program Files/WWW/santedb-www.exe")).toMatchObject({ program: "santedb-www", folder: "/srv/Program Files/WWW", name: null, config: null });
    expect(parseImagePath("/opt/sante suite/santedb --name=a")).toMatchObject({ program: "santedb", folder: "/opt/sante suite", name: "a" });
    expect(parseImagePath("santedb.exe --name=\"\"")).toMatchObject({ program: "santedb", folder: "", name: null });
    expect(parseImagePath("")).toMatchObject({ executable: "", program: "", folder: "" });
  });

  it("does not take another option's value for a name", () => {
    expect(parseImagePath("C:\\a\\santedb-www.exe --appname=\"x\" --base=http://h --name \"my site\"")).toMatchObject({ name: "my site" });
    expect(parseImagePath("C:\\a\\santedb-www.exe --appname=x")).toMatchObject({ name: null });
  });

  it("is read in time whatever it holds", () => {
    const start = performance.now();
    parseImagePath("a .exe".repeat(100_000));
    parseImagePath(`x.exe ${"--config= ".repeat(100_000)}`);
    parseImagePath(`x.exe --name=${" ".repeat(100_000)}x`);
    expect(performance.now() - start).toBeLessThan(3000);
  });
});
