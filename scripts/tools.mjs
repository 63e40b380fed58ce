// The outside world that the tests ask: programs from Debian's packages, installed where that is allowed.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Program, Debian package, and what is skipped by name without it. */
export const tools = [
  { program: "openssl", package: "openssl", proves: "certificates and handshakes as OpenSSL sees them" },
  { program: "chromium", package: "chromium", proves: "the window in a real browser" },
  { program: "xmllint", package: "libxml2-utils", proves: "configurations as libxml2 reads them" },
  { program: "mcs", package: "mono-devel", proves: "configurations as .NET's own reader sees them" },
  { program: "mono-service", package: "mono-4.0-service", proves: "the unit that SanteDB documents" },
  { program: "pk12util", package: "libnss3-tools", proves: "PFX files as NSS writes them" },
  // Debian puts Wine's 64-bit form, alone, where no search path leads.
  { program: "/usr/lib/wine/wine64", package: "wine64", proves: "the Windows machine's own adapters, as far as Wine goes" },
  { program: "x86_64-w64-mingw32-gcc", package: "gcc-mingw-w64-x86-64-win32", proves: "a real Windows service under Wine" },
  { program: "php", package: "php-cli", proves: "signatures and their mistakes as PHP clients make them" },
  { program: "javac", package: "default-jdk-headless", proves: "snippets in Java" },
  // A package of Python's, which has no program.
  { program: "/usr/lib/python3/dist-packages/cryptography", package: "python3-cryptography", proves: "snippets in Python" },
  { program: "curl", package: "curl", proves: "snippets for the shell" },
  { program: "/usr/sbin/nginx", package: "nginx", proves: "sites as NGINX reads and serves them" },
  { program: "/lib/systemd/systemd", package: "systemd", proves: "services as systemd runs them" },
  { program: "certtool", package: "gnutls-bin", proves: "PFX files and keys as GnuTLS writes them" },
];

export function find(program) {
  if (isAbsolute(program)) return existsSync(program) ? program : null;
  return (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** Installs what is missing with apt-get, when this is Debian and we are root. Gives the tools still missing. */
export function installTools(say) {
  const missing = tools.filter(({ program }) => find(program) === null);
  if (missing.length === 0) return [];
  const packages = missing.map((tool) => tool.package);
  if (process.getuid?.() !== 0 || find("apt-get") === null) {
    say(`Not here, and not installed for want of root or apt-get: ${packages.join(", ")}.`);
    return missing;
  }
  say(`Installing ${packages.join(", ")} from Debian's packages (once) …`);
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const options = ["-qq", "-o", "DPkg::Lock::Timeout=240"];
  const run = (args) => spawnSync("apt-get", args, { env: environment, stdio: ["ignore", "ignore", "pipe"], encoding: "utf8", timeout: 15 * 60_000 });
  run([...options, "update"]);
  const installed = run([...options, "install", "-y", "--no-install-recommends", ...packages]);
  if (installed.status !== 0) say(`apt-get said: ${installed.stderr.trim().split("\n").slice(-3).join(" ")}`);
  return tools.filter(({ program }) => find(program) === null);
}
