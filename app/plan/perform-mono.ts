// Doing the one operation on what Mono presents on a port.
import { problem } from "../errors.ts";
import type { Command } from "../machine.ts";
import { explainHttpcfg } from "../santedb/httpcfg.ts";
import { isUsable, thumbprintIn } from "./mono-binding.ts";
import type { OperationOf } from "./operation.ts";
import { changed, run, unchanged, type Circumstances, type Performance } from "./performance.ts";
import { commandsOf } from "./view.ts";

/**
 * Binds, replaces or takes off. The key lies in the folder of the hand-over no longer than the command runs. Throws
 * unsupported, changed-since, not-found, private-key-missing, key-unsuitable, mono-refused.
 */
export async function bindMono(operation: OperationOf<"mono.bind">, { machine, intend }: Circumstances): Promise<Performance> {
  const { mono } = machine;
  if (!mono) throw problem("unsupported", { what: "Mono" });
  const { user, port, previous, next } = operation;
  const pair = await mono.bound(user, port);
  const present = thumbprintIn(pair);
  if (present === next && (pair === null || isUsable(pair))) {
    // What a run that was cut short left lying is cleared away all the same.
    await mono.takeBack(user, port);
    return unchanged;
  }
  // Nothing where something was: a replacement of ours that was cut between its two commands.
  if (present !== previous && present !== null) throw problem("changed-since", { what: `What Mono presents on port ${port}` });
  await intend();
  try {
    // Half a pair, which is no binding, would be in the way of a new one.
    await mono.tidy(user, port);
    if (next !== null) await mono.handOver(user, port, next);
    for (const command of commandsOf(operation)) await runHttpcfg(operation, command);
  } finally {
    await mono.takeBack(user, port);
    await mono.tidy(user, port);
  }
  if (thumbprintIn(await mono.bound(user, port)) !== next) {
    throw problem("mono-refused", { port, reason: "it lists another one afterwards", remedy: "Run the command shown as that user, and compare with `httpcfg -list`." });
  }
  return changed;

  async function runHttpcfg({ port: of }: OperationOf<"mono.bind">, command: Command): Promise<void> {
    const { result, evidence } = await run(machine, command);
    if (result.exitCode !== 0) throw problem("mono-refused", { port: of, ...explainHttpcfg(result.output) }, { evidence });
  }
}
