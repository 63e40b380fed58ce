// The program that a service is about, out of the command line that starts it.
import { describe, expect, it } from "vitest";
import { parseImagePath } from "../../../app/santedb/image-path.ts";
import { programLine } from "../../../main/machines/linux/command-line.ts";

const www = "/opt/santesuite/santedb/www/santedb-www.exe --name=default";

describe("the command line of a service", () => {
  it.each([
    ["nothing in front", www],
    ["mono", `/usr/bin/mono ${www}`],
    ["mono by a link to it", `/usr/bin/mono-sgen ${www}`],
    ["options of mono", `/usr/bin/mono --debug --gc=sgen --config /etc/mono/config -O=all ${www}`],
    ["env with variables", `/usr/bin/env MONO_TLS_PROVIDER=btls A=b /usr/bin/mono ${www}`],
    ["env with an option", `/usr/bin/env -i /usr/bin/mono ${www}`],
    ["mono-service with its options in front", "/usr/bin/mono-service -d:/opt/santesuite/santedb/www -l:/run/www.pid -m:www --no-daemon santedb-www.exe --name=default"],
    ["mono-service with its options behind", `/usr/bin/mono-service ${www} -d:/opt/santesuite/santedb/www -l:/run/www.pid`],
    ["mono-service as mono runs it", "/usr/bin/mono /usr/lib/mono/4.5/mono-service.exe -d:/opt/santesuite/santedb/www santedb-www.exe --name=default"],
    ["a shell", `/bin/sh -c exec /usr/bin/mono ${www}`],
    ["a shell that changes folders", "/bin/sh -c cd /opt && exec mono santesuite/santedb/www/santedb-www.exe --name=default;"],
  ])("with %s is that of its program", (_, line) => {
    expect(programLine(line, "/opt")).toBe(www);
  });

  it("finds a program without a path where the service works", () => {
    expect(programLine("/usr/bin/mono santedb-www.exe --name=default", "/opt/santesuite/santedb/www")).toBe(www);
    expect(programLine("/usr/bin/mono santedb-www.exe --name=default", null)).toBe("santedb-www.exe --name=default");
  });

  it("leaves other programs as they are", () => {
    for (const line of ["", "/usr/sbin/nginx -g daemon on;", "/bin/sh -c exit 0", "/usr/bin/env", "/usr/bin/mono"]) expect(programLine(line, "/srv")).toBe(line === "/usr/bin/mono" ? "" : line);
  });

  it("has no secret in it", () => {
    expect(programLine(`/usr/bin/mono ${www} --appsecret=geheim --base=x`, null)).toBe(`${www} --appsecret="********" --base=x`);
  });

  it("is read by what reads those of Windows", () => {
    expect(parseImagePath(programLine(`/usr/bin/mono ${www} --config=/etc/x.config`, null))).toMatchObject({ program: "santedb-www", folder: "/opt/santesuite/santedb/www", name: "default", config: "/etc/x.config" });
  });
});
