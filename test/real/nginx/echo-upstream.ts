// A server in SanteDB's place: it answers with what reached it, and as it would, under its own address.
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

export interface Echo {
  readonly method: string;
  readonly url: string;
  /** Names in lower case; several of one name are joined by commas. */
  readonly headers: IncomingHttpHeaders;
  /** Every name as it came, in lower case. */
  readonly names: readonly string[];
  readonly bytes: number;
  readonly port: number;
}

export interface EchoUpstream {
  readonly port: number;
  /** Requests that came, upgrades among them. */
  readonly seen: readonly Echo[];
  close(): Promise<void>;
}

export async function echoUpstream(): Promise<EchoUpstream> {
  const seen: Echo[] = [];
  const note = ({ method = "", url = "", headers, rawHeaders }: IncomingMessage, bytes: number): Echo => {
    const echo = { method, url, headers, names: rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase()), bytes, port };
    seen.push(echo);
    return echo;
  };
  const server = createServer((request, response) => {
    let bytes = 0;
    request.on("data", (chunk: Uint8Array) => { bytes += chunk.length; });
    request.on("end", () => {
      const echo = note(request, bytes);
      if (request.url === "/never") return;
      if (request.url === "/moved") response.writeHead(302, { Location: `http://${request.headers.host ?? ""}/elsewhere?a=b` });
      else response.writeHead(200, { "Content-Type": "application/json", "Set-Cookie": ["session=1; Domain=127.0.0.1; Path=/; HttpOnly", "plain=2"] });
      response.end(JSON.stringify(echo));
    });
  });
  const upgraded = new Set<Duplex>();
  server.on("upgrade", (request, socket) => {
    note(request, 0);
    upgraded.add(socket);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    socket.on("data", (chunk) => void socket.write(chunk));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port, seen,
    close: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
    }),
  };
}
