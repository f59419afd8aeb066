import type { SourceName } from '@livekit-swarm/catalogue';
import { apiBase } from '@livekit-swarm/livekit';
import type { ExporterSettings } from './config/exporter-settings.ts';
import type { Target } from './config/target.ts';
import type { Source, SourceContext } from './source.ts';
import { createClientsSource } from './sources/clients/clients-source.ts';
import { createLifecycleSource } from './sources/lifecycle/lifecycle-source.ts';
import type { LifecycleTarget } from './sources/lifecycle/lifecycle-target.ts';
import { createProbesSource } from './sources/probes/probes-source.ts';
import { createSessionsSource } from './sources/sessions/sessions-source.ts';

/** Create the sources that the settings enable. */
export const createSources = (
  { targets, probes, lifecycle, clients, sessions, tokens }: ExporterSettings,
  contextOf: (name: SourceName) => SourceContext,
): readonly Source[] => {
  const sources: Source[] = [];
  const journal =
    sessions === null
      ? null
      : createSessionsSource({ ...sessions, needsToken: tokens.length > 0 }, contextOf('sessions'));
  // The journal is the first source, so that it is open when others report.
  if (journal !== null) sources.push(journal);
  if (probes !== null) sources.push(createProbesSource(targets, probes, contextOf('probes')));
  if (lifecycle !== null) {
    const watched = targets.map((target) => lifecycleTarget(target, lifecycle));
    sources.push(createLifecycleSource(watched, contextOf('lifecycle'), journal?.observer));
  }
  if (clients !== null) {
    sources.push(createClientsSource(clients, contextOf('clients'), undefined, journal?.onReports));
  }
  return sources;
};

const lifecycleTarget = (
  target: Target,
  { intervalMs, metering }: Pick<LifecycleTarget, 'intervalMs' | 'metering'>,
): LifecycleTarget => ({
  deployment: target,
  httpUrl: apiBase(target),
  redisUrl: target.redisUrl,
  intervalMs,
  metering,
});
