import { parseServerUrl } from '@livekit-swarm/livekit';
import type { SourceName } from './catalogue/index.ts';
import type { ExporterSettings } from './config/settings.ts';
import type { Source, SourceContext } from './source.ts';
import { createClientsSource } from './sources/clients/clients-source.ts';
import { createLifecycleSource } from './sources/lifecycle/lifecycle-source.ts';
import { createProbesSource } from './sources/probes/probes-source.ts';

/** The sources that the settings switch on. */
export const createSources = (
  { targets, probes, lifecycle, clients }: ExporterSettings,
  contextOf: (name: SourceName) => SourceContext,
): readonly Source[] => {
  const sources: Source[] = [];
  if (probes !== null) sources.push(createProbesSource(targets, probes, contextOf('probes')));
  if (lifecycle !== null) {
    const watched = targets.map(({ url, ...target }) => ({
      ...target,
      httpUrl: parseServerUrl(url).http,
      intervalMs: lifecycle.intervalMs,
    }));
    sources.push(createLifecycleSource(watched, contextOf('lifecycle')));
  }
  if (clients !== null) sources.push(createClientsSource(clients, contextOf('clients')));
  return sources;
};
