// The key users as the pages read them.
import type { KeyUser } from "../../../app/cws/cws-view.ts";
import type { Host } from "../../../app/host.ts";

export const loadKeyUsers = (host: Host): Promise<readonly KeyUser[]> => host.keyUser.list({});

/** The same for where they are only offered: none where they cannot be read, which the page of key users says. */
export const offeredKeyUsers = (host: Host): Promise<readonly KeyUser[]> => loadKeyUsers(host).catch(() => []);
