// The file of a site while it is typed: asked for when typing pauses, and an answer that comes too late dropped.
import { useEffect, useState } from "react";
import { asLockstepError, type LockstepError } from "../../../app/errors.ts";
import type { RenderedSite, Site } from "../../../app/nginx/site.ts";
import { useHost } from "../../host/host.tsx";

/** Milliseconds after the last key. */
const pause = 250;

export interface Rendering {
  /** The last file that there was; null before the first. */
  readonly rendered: RenderedSite | null;
  /** Why the site as it is now cannot be a file. */
  readonly error: LockstepError | null;
  /** Whether the file is that of the site as it is now. */
  readonly current: boolean;
}

/** `site` is null while something is missing in it. */
export function useRenderedSite(site: Site | null): Rendering {
  const host = useHost();
  const [last, setLast] = useState<{ readonly of: string; readonly rendered: RenderedSite } | null>(null);
  const [failed, setFailed] = useState<{ readonly of: string; readonly error: LockstepError } | null>(null);
  const asked = site === null ? null : JSON.stringify(site);
  useEffect(() => {
    if (asked === null) return undefined;
    let wanted = true;
    const timer = window.setTimeout(() => {
      host.proxy.render(JSON.parse(asked) as Site).then(
        (rendered) => { if (wanted) setLast({ of: asked, rendered }); },
        (thrown: unknown) => { if (wanted) setFailed({ of: asked, error: asLockstepError(thrown) }); },
      );
    }, pause);
    return () => {
      wanted = false;
      window.clearTimeout(timer);
    };
  }, [host, asked]);
  return { rendered: last?.rendered ?? null, error: asked !== null && failed?.of === asked ? failed.error : null, current: asked !== null && last?.of === asked };
}
