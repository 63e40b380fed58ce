// The NGINX of this machine: where it is, what it reads, who runs of it, and what it says. The trial is in trial.ts.
import { join, resolve } from "node:path";
import { asLockstepError, LockstepError, problem } from "../../../app/errors.ts";
import type { Nginx, NginxFile, NginxInstallation, NginxState, SiteFolders } from "../../../app/machine.ts";
import { fileLimit, parseDirectives, textOf, valuesOf, type Directive } from "../../../app/nginx/directive.ts";
import { dumpedFiles } from "../../../app/nginx/dump.ts";
import { fitsPattern, isPattern } from "../../../app/nginx/include.ts";
import { explainRefusal } from "../../../app/nginx/refusal.ts";
import { fileNameOf, folderOf } from "../../../app/path.ts";
import { fileEnd, isFolder, listFolders, nodeFiles, readFile } from "../../storage/file.ts";
import type { Call } from "./call.ts";
import { trySite } from "./trial.ts";

export interface NginxOptions {
  /** Path of the program. */
  readonly program: string;
  /** What every call begins with: empty for the system's own, or ["-p", PREFIX, "-c", FILE]. */
  readonly arguments: readonly string[];
  /** Null: found out of its configuration. */
  readonly sites: SiteFolders | null;
  readonly service: NginxInstallation["service"];
  readonly certificateFiles: Nginx["certificateFiles"];
  /** Runs the program. */
  readonly call: Call;
}

/** Bytes of the error log, of a line of the kernel's about a process, and of the whole configuration that are read. */
const logLimit = 8 * 1024;
const processLimit = 256 * 1024;
const configurationLimit = fileLimit;
/** Files of the configuration that are looked into for its settings. */
const mostFiles = 500;

/** What it was built with, and where `-p` and `-c` lead. */
interface Build {
  readonly version: string;
  readonly prefix: string;
  readonly main: string;
  /** As they are where the configuration does not say otherwise. */
  readonly pid: string;
  readonly errorLog: string;
}

/** What its configuration says of it. */
interface Settings {
  readonly pid: string;
  /** Null where it logs to no file. */
  readonly errorLog: string | null;
  /** Patterns by which the http block includes files, whole paths. */
  readonly patterns: readonly string[];
  /** Why its main file could not be read; null where it could. */
  readonly problem: LockstepError | null;
}

/** A flag of the command line with its value, written together or apart; the last one counts. Source: ngx_get_options in nginx's src/core/nginx.c. */
function flagOf(arguments_: readonly string[], flag: string): string | null {
  const at = arguments_.findLastIndex((argument) => argument.startsWith(flag));
  const argument = arguments_[at];
  return argument === undefined ? null : argument === flag ? arguments_[at + 1] ?? null : argument.slice(flag.length);
}

/** What follows from `nginx -V`; defaults as configure has them. Null where it says no version. */
function buildOf(said: string, arguments_: readonly string[]): Build | null {
  const version = /nginx version: [\w.-]+\/(\d+\.\d+\.\d+)/.exec(said)?.[1];
  if (version === undefined) return null;
  const built = (name: string): string | null => {
    const [, quoted, bare] = new RegExp(`[\\s']--${name}=(?:'([^']*)'|([^\\s']+))`).exec(said) ?? [];
    return quoted ?? bare ?? null;
  };
  const prefix = resolve(flagOf(arguments_, "-p") ?? built("prefix") ?? "/usr/local/nginx");
  return {
    version, prefix,
    main: resolve(prefix, flagOf(arguments_, "-c") ?? built("conf-path") ?? "conf/nginx.conf"),
    pid: built("pid-path") ?? "logs/nginx.pid",
    errorLog: flagOf(arguments_, "-e") ?? built("error-log-path") ?? "logs/error.log",
  };
}

async function directivesOf(path: string): Promise<readonly Directive[]> {
  const content = await readFile(path, fileLimit).catch((thrown: unknown) => {
    if (thrown instanceof LockstepError && thrown.code === "file-empty") return new Uint8Array();
    throw thrown;
  });
  const read = textOf(path, content);
  return "fault" in read ? [] : parseDirectives(path, read.text).directives;
}

/** Reads the main file and what it includes, as far as its settings can stand there; what cannot be read or parsed is passed over. */
async function settingsOf({ main, prefix, pid, errorLog }: Build, arguments_: readonly string[]): Promise<Settings> {
  const found = { pid, logs: [] as string[], patterns: [] as string[] };
  let files = 0;

  const matching = async (path: string): Promise<readonly string[]> => {
    if (!isPattern(path)) return [path];
    const names = await nodeFiles.list(folderOf(path)).catch(() => []);
    return names.filter((name) => fitsPattern(fileNameOf(path), name)).sort().map((name) => join(folderOf(path), name));
  };

  const look = async (directives: readonly Directive[], block: "main" | "http"): Promise<void> => {
    for (const directive of directives) {
      const [value] = valuesOf(directive);
      if (directive.name === "http" && directive.block && block === "main") await look(directive.block, "http");
      if (value === undefined || directive.block) continue;
      if (directive.name === "include") {
        const path = resolve(folderOf(main), value);
        // A pattern within http stands for sites: they say nothing about NGINX itself.
        if (block === "http" && isPattern(path)) found.patterns.push(path);
        else for (const each of await matching(path)) if (files++ < mostFiles) await look(await directivesOf(each).catch(() => []), block);
      } else if (block === "main" && directive.name === "pid") found.pid = value;
      else if (block === "main" && directive.name === "error_log") found.logs.push(value);
    }
  };

  let unread: LockstepError | null = null;
  await look(parseDirectives("-g", `${flagOf(arguments_, "-g") ?? ""};`.replace(/;\s*;$/, ";")).directives, "main");
  await directivesOf(main).then((directives) => look(directives, "main"), (thrown: unknown) => { unread = asLockstepError(thrown); });
  const isFile = (log: string): boolean => !/^(stderr$|syslog:|memory:)/.test(log);
  const log = found.logs.length === 0 ? [errorLog].find(isFile) : found.logs.find(isFile);
  return { pid: resolve(prefix, found.pid), errorLog: log === undefined ? null : resolve(prefix, log), patterns: found.patterns, problem: unread };
}

/** The folders of Debian's manner, then that of nginx.org's packages, then the first other; null where nothing is included by a pattern. */
async function sitesOf(patterns: readonly string[]): Promise<SiteFolders | null> {
  const folders = patterns.filter((pattern) => !isPattern(folderOf(pattern)) && fitsPattern(fileNameOf(pattern), "site.conf")).map(folderOf);
  const links = folders.find((folder) => fileNameOf(folder) === "sites-enabled");
  if (links !== undefined) {
    const files = join(folderOf(links), "sites-available");
    return await isFolder(files) ? { files, links } : { files: links, links: null };
  }
  const files = folders.find((folder) => fileNameOf(folder) === "conf.d") ?? folders[0];
  return files === undefined ? null : { files, links: null };
}

/** A line of the kernel's about a process; empty where it ended. */
const processText = (path: string): Promise<string> => readFile(path, processLimit).then((content) => Buffer.from(content).toString("latin1"), () => "");

/** The title that a process gave itself. */
const titleOf = async (id: number): Promise<string> => (await processText(`/proc/${id}/cmdline`)).replace(/[\0 ]+$/, "");

/** Process ids of those that a process of one thread started. Source: proc(5); the first way needs CONFIG_PROC_CHILDREN. */
async function childrenOf(id: number): Promise<readonly number[]> {
  if (await nodeFiles.stat(`/proc/${id}/task/${id}/children`).catch(() => null)) {
    return (await processText(`/proc/${id}/task/${id}/children`)).split(" ").filter((each) => each !== "").map(Number);
  }
  const all = (await listFolders("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = await Promise.all(all.map((each) => processText(`/proc/${each}/stat`)));
  // The name in parentheses may hold anything; state and parent follow its last one.
  return all.filter((_, index) => Number(/^.*\) \S (\d+)/s.exec(parents[index] ?? "")?.[1]) === id);
}

async function stateOf(pidFile: string): Promise<NginxState> {
  const masterId = Number(/^\s*(\d{1,9})\s*$/.exec(await processText(pidFile))?.[1] ?? 0);
  if (masterId === 0 || !(await titleOf(masterId)).startsWith("nginx: master process")) return { masterId: 0, workers: [] };
  const children = await childrenOf(masterId);
  const titles = await Promise.all(children.map(titleOf));
  return { masterId, workers: children.filter((_, index) => titles[index] === "nginx: worker process").sort((one, other) => one - other) };
}

/** The files of `nginx -T`, byte for byte. Null where it is none. Source: the end of main in nginx's src/core/nginx.c, which adds a line feed to each. */
function filesOf(output: Uint8Array): readonly NginxFile[] | null {
  // Each byte as one character, so that all come back as they were.
  const sources = dumpedFiles(Buffer.from(output).toString("latin1"));
  return sources?.map(({ name, text }) => ({ path: Buffer.from(name, "latin1").toString(), content: new Uint8Array(Buffer.from(text.replace(/\n$/, ""), "latin1")) })) ?? null;
}

/** The NGINX of a program and configuration. One in a container, or that otherwise sees other process ids, is none of this machine's. */
export function openNginx(options: NginxOptions): Nginx {
  const { program, arguments: own, service, certificateFiles, call } = options;
  let known: Build | null = null;

  /** Null where the program is not there. */
  const build = async (): Promise<Build | null> => {
    if (!await nodeFiles.stat(program)) return null;
    const called = await call(["-V"]);
    const said = `${called.errors}${Buffer.from(called.output).toString()}`;
    known = buildOf(said, own);
    if (!known) throw problem("command-failed", { program, reason: "it does not say its version", remedy: "See whether NGINX is installed whole." }, { evidence: { command: [program, "-V"], output: said.slice(0, 65_536) } });
    return known;
  };
  /** As it was built when it was last looked at: a state is asked for many times. */
  const settings = async (): Promise<Settings | null> => {
    const found = known ?? await build();
    return found && settingsOf(found, own);
  };

  return {
    certificateFiles,
    async find() {
      const found = await build();
      if (!found) return null;
      const { patterns, problem: unread } = await settingsOf(found, own);
      if (unread && !options.sites) throw unread;
      const sites = options.sites ?? await sitesOf(patterns);
      if (!sites) throw problem("nginx-no-folder", { file: found.main });
      return { version: found.version, arguments: own, sites, service };
    },
    async state() {
      const found = await settings();
      return found ? stateOf(found.pid) : { masterId: 0, workers: [] };
    },
    async configuration() {
      if (!await nodeFiles.stat(program)) throw problem("nginx-missing", {});
      const arguments_ = [...own, "-T"];
      const called = await call(arguments_);
      if (called.exitCode !== 0) {
        const { reason, remedy } = explainRefusal(called.errors);
        throw problem("nginx-refused", { reason, remedy }, { evidence: { command: [program, ...arguments_], output: called.errors } });
      }
      if (called.output.length > configurationLimit) throw problem("file-too-large", { file: (known ?? await build())?.main ?? program, size: called.output.length, limit: configurationLimit });
      const files = filesOf(called.output);
      if (!files) throw problem("command-failed", { program, reason: "it does not print its configuration", remedy: "See what `nginx -T` prints." }, { evidence: { command: [program, ...arguments_], output: called.errors } });
      return files;
    },
    async errors() {
      const found = await settings();
      if (!found?.errorLog) return "";
      return fileEnd(found.errorLog, logLimit).then((end) => Buffer.from(end).toString(), () => "");
    },
    async trial(site, requests) {
      const found = known ?? await build();
      if (!found) throw problem("nginx-missing", {});
      return trySite({ program, version: found.version }, site, requests);
    },
  };
}
