import type { SourceName } from './catalogue/index.ts';
import type { ExporterSettings } from './config/settings.ts';
import type { Source, SourceContext } from './source.ts';
import { createProbesSource } from './sources/probes/probes-source.ts';

/** The sources that the settings switch on. */
export const createSources = (
  { targets, probes }: ExporterSettings,
  contextOf: (name: SourceName) => SourceContext,
): readonly Source[] => [...(probes === null ? [] : [createProbesSource(targets, probes, contextOf('probes'))])];
