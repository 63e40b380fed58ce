// Services of scripts: real ones of start-stop-daemon, with a real daemon, in a folder of their own.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Machine, ServiceRecord } from "../../../app/machine.ts";
import { discoverInstances } from "../../../app/santedb/discovery.ts";
import { assignmentsOf, headerOf } from "../../../main/machines/linux/init-scripts.ts";
import { openLinuxMachine } from "../../../main/machines/linux/linux-machine.ts";
import { isRunning } from "../../../main/machines/linux/processes.ts";
import { dcdrConfiguration } from "../../fixtures/configuration.ts";

const isRoot = process.getuid?.() === 0;
const here = process.platform === "linux" && existsSync("/sbin/start-stop-daemon");
const hasPython = existsSync("/usr/bin/python3");

/** The number of a process that is a part of the kernel; undefined where none is to be seen, as in a container. */
const kernelThread = here ? readdirSync("/proc").find((name) => /^\d+$/.test(name) && existsSync(`/proc/${name}/stat`) && (Number(readFileSync(`/proc/${name}/stat`, "utf8").replace(/^.*\) /s, "").split(" ")[6]) & 0x20_0000) !== 0) : undefined;

describe.skipIf(!here)("services of init scripts", () => {
  let folder: string;
  let machine: Machine;
  let started: number[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "lockstep-init-"));
    chmodSync(folder, 0o755);
    for (const name of ["etc/init.d", "etc/default", "etc/rc2.d", "run", "data", "www"]) mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, "data"), 0o700);
    writeFileSync(join(folder, "data/linux.json"), JSON.stringify({ services: "init", initFolder: join(folder, "etc/init.d"), certificates: join(folder, "certificates") }), { mode: 0o644 });
    machine = await openLinuxMachine({ dataDirectory: join(folder, "data") });
    started = [];
  });
  afterEach(async () => {
    for (const processId of started) if (await isRunning(processId)) process.kill(processId, "SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  });

  /** A script as an administrator of Debian writes one. */
  const script = (name: string, lines: readonly string[] = [], header: readonly string[] = []): void => {
    writeFileSync(join(folder, "etc/init.d", name), ["#!/bin/sh",
      "### BEGIN INIT INFO", `# Provides:          ${name}`, "# Required-Start:    $network $remote_fs", "# Required-Stop:", "# Default-Start:     2 3 4 5", "# Default-Stop:      0 1 6",
      `# Short-Description: The service ${name}`, ...header, "### END INIT INFO",
      `NAME=${name}`, "DAEMON=/bin/sleep", "DAEMON_ARGS=\"100000\"", `PIDFILE=${folder}/run/$NAME.pid`, ...lines,
      `[ -r ${folder}/etc/default/$NAME ] && . ${folder}/etc/default/$NAME`,
      "case \"$1\" in",
      "  start) exec /sbin/start-stop-daemon --start --quiet --background --make-pidfile --pidfile \"$PIDFILE\" ${DAEMON_USER:+--chuid $DAEMON_USER} --exec \"$DAEMON\" -- $DAEMON_ARGS ;;",
      "  stop) exec /sbin/start-stop-daemon --stop --quiet --retry TERM/5/KILL/2 --pidfile \"$PIDFILE\" ;;",
      "  *) exit 3 ;;", "esac", "",
    ].join("\n"), { mode: 0o755 });
  };
  const find = async (name: string): Promise<ServiceRecord> => {
    const record = await machine.services.find(name);
    if (!record) throw new Error(`There is no ${name}.`);
    if (record.processId > 0) started.push(record.processId);
    return record;
  };
  const reaches = async (name: string, state: ServiceRecord["state"]): Promise<ServiceRecord> => {
    for (;;) {
      const record = await find(name);
      if (record.state === state) return record;
      await machine.clock.wait(20);
    }
  };

  it("one starts, runs and stops", async () => {
    script("clinic");
    expect(await find("clinic")).toMatchObject({ name: "clinic", displayName: "The service clinic", state: "stopped", processId: 0, exitCode: 0, manager: "init", version: null, imagePath: "/bin/sleep 100000" });
    expect((await machine.commands.run(["service", "clinic", "start"])).exitCode).toBe(0);
    const running = await find("clinic");
    expect(running.state).toBe("running");
    expect(Number(readFileSync(join(folder, "run/clinic.pid"), "utf8"))).toBe(running.processId);
    expect((await machine.commands.run(["service", "clinic", "stop"])).exitCode).toBe(0);
    expect(await find("clinic")).toMatchObject({ state: "stopped", processId: 0 });
  });

  it("one that was killed from outside is stopped, though its file is still there", async () => {
    script("clinic");
    await machine.commands.run(["service", "clinic", "start"]);
    process.kill((await reaches("clinic", "running")).processId, "SIGKILL");
    await reaches("clinic", "stopped");
    expect(existsSync(join(folder, "run/clinic.pid"))).toBe(true);
  });

  it("one that start-stop-daemon is about to become is starting", async () => {
    script("clinic");
    // It waits for the end of its parent's input, as one of start-stop-daemon's own name.
    const child = spawn("/bin/sh", ["-c", "read -r line; exec sleep 100000"], { argv0: "/sbin/start-stop-daemon", stdio: ["pipe", "ignore", "ignore"] });
    started.push(child.pid ?? 0);
    writeFileSync(join(folder, "run/clinic.pid"), `${child.pid}\n`);
    await reaches("clinic", "start-pending");
    child.stdin.end("go\n");
    await reaches("clinic", "running");
  });

  it.skipIf(!hasPython)("one that has no arguments just now, as while it becomes its program, is starting and not stopped", async () => {
    script("clinic");
    // As the kernel has it then: the memory of its arguments cannot be read. Variables keep the stack away from it.
    const hides = `import ctypes, sys
start, end = map(int, open("/proc/self/stat").read().rsplit(")", 1)[1].split()[45:47])
page = start & ~4095
protect = ctypes.CDLL(None).mprotect
protect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
for rights in (0, 3):
    assert protect(page, (end - page + 4095) & ~4095, rights) == 0
    print("done", flush=True)
    sys.stdin.readline()
`;
    const child = spawn("/usr/bin/python3", ["-c", hides, "/bin/sleep"], { env: Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`V${index}`, "x"])), stdio: ["pipe", "pipe", "inherit"] });
    started.push(child.pid ?? 0);
    writeFileSync(join(folder, "run/clinic.pid"), `${child.pid}\n`);
    await once(child.stdout, "data");
    expect(readFileSync(`/proc/${child.pid}/cmdline`, "utf8")).toBe("");
    expect(await find("clinic")).toMatchObject({ state: "start-pending", processId: child.pid });
    child.stdin.write("go\n");
    await once(child.stdout, "data");
    expect(await find("clinic")).toMatchObject({ state: "running", processId: child.pid });
    process.kill(child.pid ?? 0, "SIGKILL");
    await reaches("clinic", "stopped");
  });

  it.skipIf(kernelThread === undefined)("one of the kernel's own, which never has arguments, is not taken for it", async () => {
    script("clinic");
    writeFileSync(join(folder, "run/clinic.pid"), `${kernelThread}\n`);
    expect((await find("clinic")).state).toBe("stopped");
  });

  it("another program that has its number by now is not taken for it", async () => {
    script("clinic");
    writeFileSync(join(folder, "run/clinic.pid"), `${process.pid}\n`);
    expect((await find("clinic")).state).toBe("stopped");
    for (const text of ["", "x", "0", "1", "-1", "99999999999999", "4194999"]) {
      writeFileSync(join(folder, "run/clinic.pid"), text);
      expect((await find("clinic")).state, text).toBe("stopped");
    }
  });

  it("no script is run to be looked at", async () => {
    script("clinic", [`: > ${folder}/ran`, `X=$(: > ${folder}/ran)`, `Y=\`: > ${folder}/ran\``]);
    await machine.services.list();
    await machine.services.find("clinic");
    expect(existsSync(join(folder, "ran"))).toBe(false);
  });

  it.skipIf(!isRoot)("tells user and folder of configurations, by the script, by what is set beside it, or by the process", async () => {
    script("assigned", ["DAEMON_USER=nobody", "HOME=/srv/clinic"]);
    expect(await find("assigned")).toMatchObject({ account: "nobody", applicationData: "/srv/clinic/.config" });
    script("beside");
    writeFileSync(join(folder, "etc/default/beside"), "DAEMON_USER=daemon\nDAEMON_ARGS=\"100001\"\n");
    expect(await find("beside")).toMatchObject({ account: "daemon", applicationData: "/usr/sbin/.config", imagePath: "/bin/sleep 100001" });
    script("owned");
    expect(await find("owned")).toMatchObject({ account: "root", applicationData: "/root/.config" });
    execFileSync("/sbin/start-stop-daemon", ["--start", "--background", "--make-pidfile", "--pidfile", join(folder, "run/owned.pid"), "--chuid", "nobody", "--exec", "/bin/sleep", "--", "100000"], { env: { XDG_CONFIG_HOME: "/srv/own" } });
    expect(await reaches("owned", "running")).toMatchObject({ account: "nobody", applicationData: "/srv/own" });
  });

  it("tells needs, and whether it is started with the machine", async () => {
    script("first");
    script("second", [], ["# Required-Start:    $network first", "# X-Interactive: true"]);
    script("third");
    symlinkSync("../init.d/first", join(folder, "etc/rc2.d/S01first"));
    symlinkSync("../init.d/second", join(folder, "etc/rc2.d/K01second"));
    chmodSync(join(folder, "etc/init.d/third"), 0o644);
    const all = await machine.services.list();
    expect(all.map(({ name, startType, dependencies }) => [name, startType, dependencies])).toEqual([["first", "automatic", []], ["second", "manual", ["first"]], ["third", "disabled", []]]);
  });

  it("lists scripts with a header alone, and nothing else of the folder", async () => {
    script("clinic");
    writeFileSync(join(folder, "etc/init.d/README"), "no script");
    writeFileSync(join(folder, "etc/init.d/clinic.dpkg-old"), "#!/bin/sh\nexit 0\n");
    writeFileSync(join(folder, "etc/init.d/.hidden"), readFileSync(join(folder, "etc/init.d/clinic")));
    mkdirSync(join(folder, "etc/init.d/folder"));
    symlinkSync("nowhere", join(folder, "etc/init.d/link"));
    expect((await machine.services.list()).map(({ name }) => name)).toEqual(["clinic"]);
    for (const name of ["", "..", "../init.d/clinic", "README", "nothing"]) expect(await machine.services.find(name), name).toBeNull();
  });

  it("an instance of the dCDR is found, with the configuration of its user", async () => {
    const configuration = join(folder, "home/.config/santedb/www/default/santedb.config");
    mkdirSync(join(configuration, ".."), { recursive: true });
    writeFileSync(configuration, dcdrConfiguration({ port: 9312 }));
    script("santedb-www", [`HOME=${folder}/home`, `WORKDIR=${folder}/www`]);
    writeFileSync(join(folder, "etc/default/santedb-www"), `DAEMON=/usr/bin/mono-service\nDAEMON_ARGS="-d:${folder}/www santedb-www.exe --name=default --appsecret=geheim"\n`);
    const [instance] = await discoverInstances(machine);
    expect(instance).toMatchObject({ name: "default", product: "dcdr-www", service: "santedb-www", state: "stopped", configFile: configuration, port: 9312 });
    expect((await find("santedb-www")).imagePath).toBe(`${folder}/www/santedb-www.exe --name=default --appsecret="********"`);
  });
});

describe("a script", () => {
  it("tells its header", () => {
    expect([...headerOf("#!/bin/sh\n### BEGIN INIT INFO\n# Provides: a b\n# Short-Description:  What it is \n#   more\n### END INIT INFO\n# Not: this\n") ?? []]).toEqual([["provides", "a b"], ["short-description", "What it is"]]);
    expect(headerOf("#!/bin/sh\n# Provides: a\n")).toBeNull();
  });

  it("tells what it assigns as far as no shell is needed to know it, the first of each", () => {
    const script = [
      "NAME=clinic", "PIDFILE=/run/$NAME.pid", "export USER='a b'", "  ARGS=\"--name=${NAME} --x \\\"y\\\"\" # why", "EMPTY=", "DEFAULT=${UNSET:-/srv/x}", "NAME=other",
      "FROM=$(cat /etc/passwd)", "TICKS=`id`", "UNKNOWN=$1", "OTHER=$UNSET/x", "# COMMENT=1", "PIPE=a|b", "TWO=a b",
    ].join("\n");
    expect(Object.fromEntries(assignmentsOf(script))).toEqual({ NAME: "clinic", PIDFILE: "/run/clinic.pid", USER: "a b", ARGS: "--name=clinic --x \"y\"", EMPTY: "", DEFAULT: "/srv/x" });
  });
});
