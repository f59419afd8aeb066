import type { ConfiguredSource } from './exporter-settings.ts';
import type { Target } from './target.ts';

/**
 * Make a text for each source that differs if what it is made from differs: its sections of the
 * file, and those of sources whose reports it forwards. Secrets from files are followed while a
 * source runs, except the URL of Redis.
 * @param file values of the configuration file, as they were written
 */
export const fingerprintsOf = (
  file: unknown,
  targets: readonly Target[],
): Record<ConfiguredSource, string> => {
  const sections = typeof file === 'object' && file !== null ? new Map(Object.entries(file)) : null;
  const of = (...names: string[]): unknown[] => names.map((name) => sections?.get(name) ?? null);
  const redis = targets.map(({ redisUrl }) => redisUrl);
  const journal = of('sessions');
  return {
    sessions: JSON.stringify(journal),
    probes: JSON.stringify(of('targets', 'probes')),
    lifecycle: JSON.stringify([of('targets', 'lifecycle'), redis, journal]),
    agents: JSON.stringify(of('targets', 'agents')),
    clients: JSON.stringify([of('targets', 'clients'), journal]),
  };
};
