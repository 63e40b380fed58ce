// Tries a site whose upstream never answers, so that it can be ended meanwhile. Arguments: NGINX's program, its version, the port that is silent.
import { trySite } from "../../../main/machines/linux/trial.ts";

const [program = "", version = "", silent = ""] = process.argv.slice(2);
const site = ({ http }: { readonly http: number }): string => `server { listen 127.0.0.1:${http}; location / { proxy_pass http://127.0.0.1:${silent}; } }\n`;
await trySite({ program, version }, site, [{ scheme: "http", serverName: null, method: "GET", path: "/", headers: [], bodySize: 0 }]);
