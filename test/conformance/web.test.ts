// The contract over the web host: real HTTP on a real port.
import { startWebHost } from "../../main/web/server.ts";
import { openWebClient } from "../main/web/web-client.ts";
import { describeHost } from "./host.ts";

describeHost("the web host", async (console) => {
  const webHost = await startWebHost({ implementation: console.implementation, subscribe: console.subscribe, pages: new Map() });
  const client = await openWebClient(webHost.address);
  return {
    host: client.host,
    close: async () => {
      client.close();
      await webHost.close();
    },
  };
});
