// The command line of a service as the service control manager stores it, often unquoted although it has blanks.

export interface ImagePath {
  readonly executable: string;
  /** File name without folder and ".exe", lower case: "santedb-www". */
  readonly program: string;
  /** Folder of the executable, without a separator at its end. */
  readonly folder: string;
  /** Value of `--name=`; null where it is not given or empty. */
  readonly name: string | null;
  /** Value of `--config=`; null where it is not given or empty. */
  readonly config: string | null;
}

/** An option's value runs to its closing quote or, unquoted, to the next option. Source: santedb-www ServiceInstaller. */
function option(options: string, name: string): string | null {
  const value = new RegExp(`(?:^|\\s)--${name}(?:=|\\s+)(?:"([^"]*)"|(.*?))(?=\\s+--|\\s*$)`, "is").exec(options);
  const text = (value?.[1] ?? value?.[2] ?? "").trim();
  return text === "" ? null : text;
}

/** Takes a command line apart. An unquoted executable ends with the first ".exe" before a blank or the end. */
export function parseImagePath(imagePath: string): ImagePath {
  const line = imagePath.trim().slice(0, 32_768);
  const parts = /^"([^"]+)"(.*)$/s.exec(line) ?? /^(.+?\.exe)(?=\s|$)(.*)$/is.exec(line) ?? /^(.+?)(\s+--.*)?$/s.exec(line);
  const executable = (parts?.[1] ?? "").trim();
  const options = parts?.[2] ?? "";
  const cut = Math.max(executable.lastIndexOf("/"), executable.lastIndexOf("\\"));
  return {
    executable,
    program: executable.slice(cut + 1).replace(/\.exe$/i, "").toLowerCase(),
    folder: executable.slice(0, Math.max(cut, 0)),
    name: option(options, "name"),
    config: option(options, "config"),
  };
}

/** A command line that may be shown: the value of --appsecret is replaced by asterisks. */
export function redactImagePath(imagePath: string): string {
  return imagePath.replace(/(--appsecret(?:\s*=\s*|\s+))(?:"[^"]*"?|'[^']*'?|\S+)/gi, '$1"********"');
}
