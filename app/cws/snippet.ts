// A signed request as a short program of its own, in the languages that clients of the web services are written in.
// Every one signs the bytes that it sends, names the hash and the padding, and follows no redirect.
import type { SnippetRequest } from "../contract.ts";
import { problem } from "../errors.ts";
import { hashOf, signedBy } from "./algorithm.ts";
import type { Snippet } from "./cws-view.ts";

/** What a program is made of. All texts are printable ASCII. */
interface Parts extends Pick<SnippetRequest, "user" | "algorithm" | "method"> {
  readonly url: string;
  readonly hash: "sha1" | "sha256";
  readonly keyFile: string;
  /** Whether it reads a body, signs that, and sends it; otherwise it signs the empty string and sends nothing. */
  readonly hasBody: boolean;
}

const bodyFile = "body.json";
const sameBytes = "The very bytes of the file are signed and sent: nothing is decoded or encoded in between.";
const emptyString = ({ method }: Parts): string => `${method} signs the empty string.`;
const purpose = "Sends a signed request to CorEMR's web services and prints the status and the answer.";

/**
 * Gives a program that a developer can paste and run: the private key is read from a PEM file named after the user, a body
 * from body.json. The URL is written in the ASCII form in which it is sent, without its fragment.
 * Throws key-user-name for a name, and input-invalid for a URL, that a request cannot carry.
 */
export function snippetFor({ language, user, algorithm, method, url }: SnippetRequest): Snippet {
  if (user === "") throw problem("key-user-name", { problem: "the name is empty." });
  if (!/^[ -~]+$/.test(user)) throw problem("key-user-name", { problem: "it has characters other than printable ASCII, which no program can put into a header as they are." });
  const parts: Parts = { user, algorithm, method, url: sentUrl(url), hash: hashOf[algorithm], keyFile: `${fileStem(user)}.private.pem`, hasBody: signedBy(method) === "body" };
  return { language, ...program(language, parts) };
}

function program(language: Snippet["language"], parts: Parts): Omit<Snippet, "language"> {
  switch (language) {
    case "php": return { fileName: "cws-request.php", text: php(parts), needs: "PHP 7.1 or newer with the openssl extension, and allow_url_fopen on, as it is unless switched off" };
    case "node": return { fileName: "cws-request.mjs", text: node(parts), needs: "Node.js 18 or newer" };
    case "csharp": return { fileName: "CwsRequest.cs", text: csharp(parts), needs: ".NET 5 or newer, in a console project without another Main; .NET Framework lacks RSA.ImportFromPem" };
    case "powershell": return {
      fileName: "cws-request.ps1", text: powershell(parts),
      needs: "PowerShell 7.0 or newer; Windows PowerShell 5.1 lacks RSA.ImportFromPem (it runs on .NET Framework) and cannot read the PEM file",
    };
    case "python": return { fileName: "cws_request.py", text: python(parts), needs: "Python 3.9 or newer with the package cryptography" };
    case "java": return {
      fileName: "CwsRequest.java", text: java(parts),
      needs: "Java 11 or newer, and the key in PKCS #8 (BEGIN PRIVATE KEY); for one in PKCS #1 (BEGIN RSA PRIVATE KEY): openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW",
    };
    case "curl": return { fileName: "cws-request.sh", text: curl(parts), needs: "bash, OpenSSL, and curl 7.55 or newer" };
  }
}

/** As programs of every language take it: what RFC 3986 does not allow in a URL is percent-encoded, a host is in its ASCII form. */
function sentUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw problem("input-invalid", { problem: "the URL is not one." });
  if (url.protocol !== "http:" && url.protocol !== "https:") throw problem("input-invalid", { problem: "the URL begins with neither https:// nor http://." });
  if (url.username !== "" || url.password !== "") throw problem("input-invalid", { problem: "the URL names a user; programs would send that in place of the signature." });
  const rest = `${url.pathname}${url.search}`.replace(/[^\w\-.~:/?@!$&'()*+,;=%]/g, (character) => encodeURIComponent(character));
  return `${url.protocol}//${url.host}${rest}`;
}

/** A file name that every system takes, as near to the user's as can be. */
function fileStem(user: string): string {
  return user.replace(/[^A-Za-z0-9._-]+/g, "-").slice(0, 64).replace(/^[-.]+|[-.]+$/g, "") || "client";
}

/** Of JavaScript, Python, C# and Java, which agree on printable ASCII. */
const doubleQuoted = (text: string): string => JSON.stringify(text);
const phpLiteral = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
const powershellLiteral = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const bashLiteral = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Joins lines, and groups of lines, of which some may be left out. */
const lines = (...given: readonly (string | readonly string[])[]): string => `${given.flat().join("\n")}\n`;

function php(parts: Parts): string {
  return lines(
    "<?php",
    `// ${purpose}`,
    "declare(strict_types=1);",
    "",
    `$user = ${phpLiteral(parts.user)};`,
    `$url = ${phpLiteral(parts.url)};`,
    `$key = file_get_contents(${phpLiteral(parts.keyFile)});`,
    "",
    parts.hasBody ? [`// ${sameBytes}`, `$body = file_get_contents(${phpLiteral(bodyFile)});`] : [`// ${emptyString(parts)}`, "$body = '';"],
    "",
    "// openssl_sign uses SHA-1 unless it is told otherwise.",
    `if ($key === false || $body === false || !openssl_sign($body, $signature, $key, OPENSSL_ALGO_${parts.hash.toUpperCase()})) {`,
    "    throw new RuntimeException('The files could not be read, or the key cannot sign.');",
    "}",
    "",
    "$context = stream_context_create(['http' => [",
    `    'method' => ${phpLiteral(parts.method)},`,
    "    'header' => [",
    `        'Authorization: ${parts.algorithm} Access=' . $user . ', Signature=' . base64_encode($signature),`,
    parts.hasBody ? ["        'Content-Type: application/json',", "        'Content-Length: ' . strlen($body),"] : [],
    "    ],",
    parts.hasBody ? ["    'content' => $body,"] : [],
    "    'follow_location' => 0,",
    "    'ignore_errors' => true,",
    "]]);",
    "$answer = fopen($url, 'rb', false, $context);",
    "if ($answer === false) {",
    "    throw new RuntimeException('The server was not reached.');",
    "}",
    "echo stream_get_meta_data($answer)['wrapper_data'][0], \"\\n\";",
    "echo stream_get_contents($answer), \"\\n\";",
  );
}

function node(parts: Parts): string {
  return lines(
    `// ${purpose}`,
    "import { constants, sign } from \"node:crypto\";",
    "import { readFileSync } from \"node:fs\";",
    "",
    `const user = ${doubleQuoted(parts.user)};`,
    `const url = ${doubleQuoted(parts.url)};`,
    `const key = readFileSync(${doubleQuoted(parts.keyFile)});`,
    "",
    parts.hasBody ? [`// ${sameBytes}`, `const body = readFileSync(${doubleQuoted(bodyFile)});`] : [`// ${emptyString(parts)}`, "const body = Buffer.alloc(0);"],
    "",
    `const signature = sign("${parts.hash}", body, { key, padding: constants.RSA_PKCS1_PADDING }).toString("base64");`,
    "const answer = await fetch(url, {",
    `  method: "${parts.method}",`,
    "  headers: {",
    `    "Authorization": \`${parts.algorithm} Access=\${user}, Signature=\${signature}\`,`,
    parts.hasBody ? ["    \"Content-Type\": \"application/json\","] : [],
    "  },",
    parts.hasBody ? ["  body,"] : [],
    "  redirect: \"manual\",",
    "});",
    "console.log(answer.status, answer.statusText);",
    "console.log(await answer.text());",
  );
}

function csharp(parts: Parts): string {
  return lines(
    `// ${purpose}`,
    "using System;",
    "using System.IO;",
    "using System.Net.Http;",
    "using System.Net.Http.Headers;",
    "using System.Security.Cryptography;",
    "using System.Threading.Tasks;",
    "",
    "public static class CwsRequest",
    "{",
    "    public static async Task Main()",
    "    {",
    `        string user = ${doubleQuoted(parts.user)};`,
    `        string url = ${doubleQuoted(parts.url)};`,
    "",
    parts.hasBody
      ? [`        // ${sameBytes}`, `        byte[] body = File.ReadAllBytes(${doubleQuoted(bodyFile)});`]
      : [`        // ${emptyString(parts)}`, "        byte[] body = new byte[0];"],
    "",
    "        string signature;",
    "        using (RSA key = RSA.Create())",
    "        {",
    `            key.ImportFromPem(File.ReadAllText(${doubleQuoted(parts.keyFile)}));`,
    `            signature = Convert.ToBase64String(key.SignData(body, HashAlgorithmName.${parts.hash.toUpperCase()}, RSASignaturePadding.Pkcs1));`,
    "        }",
    "",
    "        using (HttpClientHandler handler = new HttpClientHandler { AllowAutoRedirect = false })",
    "        using (HttpClient client = new HttpClient(handler))",
    `        using (HttpRequestMessage request = new HttpRequestMessage(new HttpMethod("${parts.method}"), url))`,
    "        {",
    `            request.Headers.Authorization = new AuthenticationHeaderValue("${parts.algorithm}", "Access=" + user + ", Signature=" + signature);`,
    parts.hasBody
      ? ["            request.Content = new ByteArrayContent(body);", "            request.Content.Headers.ContentType = new MediaTypeHeaderValue(\"application/json\");"]
      : [],
    "            using (HttpResponseMessage answer = await client.SendAsync(request))",
    "            {",
    "                Console.WriteLine((int)answer.StatusCode + \" \" + answer.ReasonPhrase);",
    "                Console.WriteLine(await answer.Content.ReadAsStringAsync());",
    "            }",
    "        }",
    "    }",
    "}",
  );
}

function powershell(parts: Parts): string {
  const read = (kind: "Bytes" | "Text", file: string): string => `[System.IO.File]::ReadAll${kind}((Convert-Path -LiteralPath ${powershellLiteral(file)}))`;
  return lines(
    "#Requires -Version 7.0",
    `# ${purpose}`,
    "$ErrorActionPreference = 'Stop'",
    `$user = ${powershellLiteral(parts.user)}`,
    `$url = ${powershellLiteral(parts.url)}`,
    "",
    parts.hasBody ? [`# ${sameBytes}`, `[byte[]] $body = ${read("Bytes", bodyFile)}`] : [`# ${emptyString(parts)}`, "[byte[]] $body = [byte[]]::new(0)"],
    "",
    "$key = [System.Security.Cryptography.RSA]::Create()",
    `$key.ImportFromPem(${read("Text", parts.keyFile)})`,
    `$signature = [System.Convert]::ToBase64String($key.SignData($body, [System.Security.Cryptography.HashAlgorithmName]::${parts.hash.toUpperCase()}, [System.Security.Cryptography.RSASignaturePadding]::Pkcs1))`,
    "",
    "$handler = [System.Net.Http.HttpClientHandler]::new()",
    "$handler.AllowAutoRedirect = $false",
    "$client = [System.Net.Http.HttpClient]::new($handler)",
    `$request = [System.Net.Http.HttpRequestMessage]::new([System.Net.Http.HttpMethod]::new('${parts.method}'), $url)`,
    `$request.Headers.Authorization = [System.Net.Http.Headers.AuthenticationHeaderValue]::new('${parts.algorithm}', "Access=$user, Signature=$signature")`,
    parts.hasBody
      ? ["$request.Content = [System.Net.Http.ByteArrayContent]::new($body)", "$request.Content.Headers.ContentType = [System.Net.Http.Headers.MediaTypeHeaderValue]::new('application/json')"]
      : [],
    "$answer = $client.SendAsync($request).GetAwaiter().GetResult()",
    "\"$([int]$answer.StatusCode) $($answer.ReasonPhrase)\"",
    "$answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()",
  );
}

function python(parts: Parts): string {
  return lines(
    `# ${purpose}`,
    "import base64",
    "import urllib.error",
    "import urllib.request",
    "",
    "from cryptography.hazmat.primitives import hashes, serialization",
    "from cryptography.hazmat.primitives.asymmetric import padding",
    "",
    `user = ${doubleQuoted(parts.user)}`,
    `url = ${doubleQuoted(parts.url)}`,
    `with open(${doubleQuoted(parts.keyFile)}, "rb") as file:`,
    "    key = serialization.load_pem_private_key(file.read(), password=None)",
    "",
    parts.hasBody ? [`# ${sameBytes}`, `with open(${doubleQuoted(bodyFile)}, "rb") as file:`, "    body = file.read()"] : [`# ${emptyString(parts)}`, "body = b\"\""],
    "",
    `signature = base64.b64encode(key.sign(body, padding.PKCS1v15(), hashes.${parts.hash.toUpperCase()}())).decode("ascii")`,
    "",
    "",
    "class NoRedirect(urllib.request.HTTPRedirectHandler):",
    "    def redirect_request(self, *arguments):",
    "        return None",
    "",
    "",
    "request = urllib.request.Request(",
    "    url,",
    parts.hasBody ? ["    data=body,"] : [],
    "    headers={",
    `        "Authorization": f"${parts.algorithm} Access={user}, Signature={signature}",`,
    parts.hasBody ? ["        \"Content-Type\": \"application/json\","] : [],
    "    },",
    `    method="${parts.method}",`,
    ")",
    "try:",
    "    answer = urllib.request.build_opener(NoRedirect).open(request)",
    "except urllib.error.HTTPError as error:",
    "    # An answer as well, with another status than 2xx.",
    "    answer = error",
    "with answer:",
    "    print(answer.status, answer.reason)",
    "    print(answer.read().decode(\"utf-8\", \"replace\"))",
  );
}

function java(parts: Parts): string {
  return lines(
    "import java.net.URI;",
    "import java.net.http.HttpClient;",
    "import java.net.http.HttpRequest;",
    "import java.net.http.HttpResponse;",
    "import java.nio.file.Files;",
    "import java.nio.file.Path;",
    "import java.security.KeyFactory;",
    "import java.security.Signature;",
    "import java.security.spec.PKCS8EncodedKeySpec;",
    "import java.util.Base64;",
    "",
    `/** ${purpose} */`,
    "public class CwsRequest {",
    "    public static void main(String[] arguments) throws Exception {",
    `        String user = ${doubleQuoted(parts.user)};`,
    `        String url = ${doubleQuoted(parts.url)};`,
    `        String pem = Files.readString(Path.of(${doubleQuoted(parts.keyFile)}));`,
    "        byte[] key = Base64.getMimeDecoder().decode(pem.replaceAll(\"-----(BEGIN|END) PRIVATE KEY-----\", \"\"));",
    "",
    parts.hasBody
      ? [`        // ${sameBytes}`, `        byte[] body = Files.readAllBytes(Path.of(${doubleQuoted(bodyFile)}));`]
      : [`        // ${emptyString(parts)}`, "        byte[] body = new byte[0];"],
    "",
    `        Signature signer = Signature.getInstance("${parts.hash.toUpperCase()}withRSA");`,
    "        signer.initSign(KeyFactory.getInstance(\"RSA\").generatePrivate(new PKCS8EncodedKeySpec(key)));",
    "        signer.update(body);",
    "        String signature = Base64.getEncoder().encodeToString(signer.sign());",
    "",
    "        HttpClient client = HttpClient.newBuilder()",
    "            .version(HttpClient.Version.HTTP_1_1)",
    "            .followRedirects(HttpClient.Redirect.NEVER)",
    "            .build();",
    "        HttpRequest request = HttpRequest.newBuilder(URI.create(url))",
    `            .method("${parts.method}", HttpRequest.BodyPublishers.${parts.hasBody ? "ofByteArray(body)" : "noBody()"})`,
    `            .header("Authorization", "${parts.algorithm} Access=" + user + ", Signature=" + signature)`,
    parts.hasBody ? ["            .header(\"Content-Type\", \"application/json\")"] : [],
    "            .build();",
    "        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());",
    "        System.out.println(answer.statusCode());",
    "        System.out.println(answer.body());",
    "    }",
    "}",
  );
}

function curl(parts: Parts): string {
  // Without a body --request HEAD would wait for one in the answer.
  const method = parts.method === "HEAD" ? "--head" : `--request ${parts.method}`;
  return lines(
    "#!/usr/bin/env bash",
    `# ${purpose}`,
    "set -euo pipefail",
    "",
    `user=${bashLiteral(parts.user)}`,
    `url=${bashLiteral(parts.url)}`,
    `key=${bashLiteral(parts.keyFile)}`,
    "",
    parts.hasBody
      ? [`body=${bashLiteral(bodyFile)}`, "", `# ${sameBytes}`, `signature=$(openssl dgst -${parts.hash} -sign "$key" "$body" | openssl base64 -A)`]
      : [`# ${emptyString(parts)}`, `signature=$(printf '' | openssl dgst -${parts.hash} -sign "$key" | openssl base64 -A)`],
    "",
    "# The signature goes through a pipe, since other users may see the arguments of a program.",
    `printf 'Authorization: ${parts.algorithm} Access=%s, Signature=%s\\n' "$user" "$signature" |`,
    `  curl --silent --show-error --include --globoff ${method} --header @- \\`,
    parts.hasBody ? ["    --header 'Content-Type: application/json' --data-binary \"@$body\" \\"] : [],
    "    --url \"$url\"",
  );
}
