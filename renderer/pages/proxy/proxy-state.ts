// The NGINX of the machine and its sites, as the pages read them.
import type { Host } from "../../../app/host.ts";

export const loadProxy = (host: Host) => host.proxy.state({});
