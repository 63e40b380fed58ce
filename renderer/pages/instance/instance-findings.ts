// What there is to say of an instance: the findings of its service and those of its configuration, each once.
import type { Finding } from "../../../app/finding.ts";
import type { InstanceDetail } from "../../../app/santedb/instance.ts";

export function findingsOf({ findings, configuration }: Pick<InstanceDetail, "findings" | "configuration">): readonly Finding[] {
  const all = [...findings, ...(configuration?.findings ?? [])];
  return [...new Map(all.map((finding) => [`${finding.code} ${finding.message}`, finding])).values()];
}
