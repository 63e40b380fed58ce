// A PowerShell program that only calls .NET, line by line as C#: for where there is no PowerShell to run it.
// Anything else than assignments, calls and text to print becomes C# that does not compile.

/** The body of a Main method that does what the program does. PowerShell's own quoting rules are applied here, not the generator's. */
export function asCSharp(program: string): string {
  const known = new Set<string>();
  return program.split("\n").filter((line) => line !== "" && !line.startsWith("#") && line !== "$ErrorActionPreference = 'Stop'").map((line) => statement(line, known)).join("\n");
}

function statement(line: string, known: Set<string>): string {
  const texts: string[] = [];
  // Texts are put aside, so that what is in them is not taken for code.
  const aside = (text: string): string => `\u0001${texts.push(text) - 1}\u0001`;
  const code = line
    .replace(/'(?:[^'\u2018-\u201b]|'')*'/g, (literal) => aside(JSON.stringify(literal.slice(1, -1).replaceAll("''", "'"))))
    .replace(/"[^"`]*"/g, (literal) => aside(expanded(literal.slice(1, -1))))
    .replace(/\(Convert-Path -LiteralPath (\S+?)\)/g, "System.IO.Path.GetFullPath($1)");
  const assignment = /^(?:\[byte\[\]\] )?\$(\w+) = /.exec(code);
  const declaration = assignment?.[1] !== undefined && !known.has(assignment[1]) ? "var " : "";
  if (assignment?.[1] !== undefined) known.add(assignment[1]);
  const translated = expression(code.replace(/^\[byte\[\]\] (?=\$)/, ""));
  const isStatement = / = /.test(code) || code.startsWith("$key.ImportFromPem(");
  return (isStatement ? `${declaration}${translated};` : `System.Console.WriteLine(${translated});`).replace(/\u0001(\d+)\u0001/g, (_, index: string) => texts[Number(index)] ?? "");
}

const expression = (code: string): string => code
  .replace(/\[byte\[\]\]::new\((\d+)\)/g, "new byte[$1]")
  .replace(/\[([\w.]+)\]::new\(/g, "new $1(")
  .replace(/\[([\w.]+)\]::/g, "$1.")
  .replace(/\[int\]/g, "(int)")
  .replace(/\$(\w+)/g, "$1");

/** A text in double quotes, with the values of variables and of expressions in it. */
function expanded(text: string): string {
  const parts = text.split(/(\$\((?:[^()]|\([^)]*\))*\)|\$\w+)/).filter((part) => part !== "");
  return `(${parts.map((part) => (part.startsWith("$(") ? `(${expression(part.slice(2, -1))})` : part.startsWith("$") ? part.slice(1) : JSON.stringify(part))).join(" + ")})`;
}
