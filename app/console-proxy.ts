// The console's answers about NGINX: a site's file, what is wrong with one, what is published, and plans to publish or take away.
import { decodeBase64 } from "./base64.ts";
import type { CertificateReader } from "./certificates/reader.ts";
import type { PlanView, Verified } from "./contract.ts";
import type { Implementation } from "./host.ts";
import type { Machine } from "./machine.ts";
import { lintSites } from "./nginx/lint.ts";
import { proxyState } from "./nginx/published-site.ts";
import { renderSite } from "./nginx/render.ts";
import type { Materials, Plan } from "./plan/plan.ts";
import { planPublish } from "./plan/publish.ts";
import { planUnpublish } from "./plan/unpublish.ts";

export interface ProxyParts {
  readonly machine: Machine;
  readonly reader: CertificateReader;
  readonly random: () => number;
  /** Throws recovery-needed while a change is neither done nor undone. */
  readonly refuseWhileInterrupted: () => Promise<void>;
  readonly hold: (plan: Plan, materials: Materials, verified: readonly Verified[]) => PlanView;
}

/** The answers to `proxy`. */
export function proxyAnswers({ machine, reader, random, refuseWhileInterrupted, hold }: ProxyParts): Pick<Implementation, "proxy"> {
  return {
    proxy: {
      render: (site) => Promise.resolve().then(() => renderSite(site)),
      lint: ({ files, materials }) => Promise.resolve().then(() => ({ findings: [...lintSites(files.map(({ name, content }) => ({ name, content: decodeBase64(content) })), materials ?? [], machine.clock.now())] })),
      state: () => proxyState(machine),
      planPublish: async (request) => {
        await refuseWhileInterrupted();
        const { plan, materials, verified } = await planPublish(machine, reader, request, random());
        return hold(plan, materials, verified);
      },
      planUnpublish: async ({ name }) => {
        await refuseWhileInterrupted();
        const { plan, verified } = await planUnpublish(machine, name, random());
        return hold(plan, new Map(), verified);
      },
    },
  };
}
