// A change of a configuration as a whole: addresses and settings, file by file.
import type { Finding } from "../finding.ts";
import type { Change, Setting, Splice } from "../plan/operation.ts";
import { configurationOf, type ConfigurationFiles } from "./configuration-files.ts";
import { applySplices, planConversion, type Wanted } from "./convert.ts";
import { planSettings, settingFindings, type WantedSettings } from "./settings.ts";

export interface ConfigurationEdit {
  readonly file: string;
  readonly before: Uint8Array;
  readonly after: Uint8Array;
  /** In ascending order, none overlapping. */
  readonly splices: readonly Splice[];
  readonly changes: readonly Change[];
  readonly settings: readonly Setting[];
}

export interface PlannedEdit {
  /** Files that change, in the order in which SanteDB reads them. */
  readonly edits: readonly ConfigurationEdit[];
  readonly warnings: readonly Finding[];
  /** The port that is converted, and the host of its endpoints afterwards; null for a REST section without endpoints. */
  readonly port: number | null;
  readonly host: string | null;
}

/** Computes what changes. Throws as `configurationOf`, `planConversion` and `planSettings`. */
export function planEdit(files: ConfigurationFiles, wanted: Wanted & WantedSettings): PlannedEdit {
  const configuration = configurationOf(files);
  const conversion = planConversion(configuration, wanted);
  const settings = planSettings(configuration, configuration.endpoints.filter(({ port }) => port === conversion.port), wanted);
  const edits = files.flatMap(({ document: { file }, bytes }): ConfigurationEdit[] => {
    const own = settings.edits.find((edit) => edit.file === file);
    const ofRest = file === configuration.file;
    const splices = [...(ofRest ? conversion.splices : []), ...own?.splices ?? []].sort((one, other) => one.offset - other.offset);
    if (splices.length === 0) return [];
    return [{ file, before: bytes, after: applySplices(bytes, splices, file), splices, changes: ofRest ? conversion.changes : [], settings: own?.settings ?? [] }];
  });
  return { edits, warnings: [...conversion.warnings, ...settings.warnings, ...settingFindings(configuration.documents)], port: conversion.port, host: conversion.host };
}
