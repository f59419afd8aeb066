import type { SourceName } from '@livekit-swarm/catalogue';
import { apiBase } from '@livekit-swarm/livekit';
import type { ConfiguredSource, ExporterSettings } from './config/exporter-settings.ts';
import type { Target } from './config/target.ts';
import type { Source, SourceContext } from './source.ts';
import { createAgentsSource } from './sources/agents/agents-source.ts';
import { createClientsSource } from './sources/clients/clients-source.ts';
import { createLifecycleSource } from './sources/lifecycle/lifecycle-source.ts';
import type { LifecycleTarget } from './sources/lifecycle/lifecycle-target.ts';
import type { ReplayCache } from './sources/lifecycle/replay-cache.ts';
import { createProbesSource } from './sources/probes/probes-source.ts';
import { createSessionsSource, type SessionsSource } from './sources/sessions/sessions-source.ts';

/** Sources with the fingerprint of the settings that each was made with. */
const fingerprints = new WeakMap<Source, string>();
const isJournal = (source: Source): source is SessionsSource => source.name === 'sessions';

/**
 * Create the sources that the settings enable.
 * @param running sources of earlier settings; those that nothing changed for are returned again, as
 * their counters and connections continue
 * @param isProtected returns true while every client needs a token, a user or a certificate
 * @param seen webhooks that sources of earlier settings accepted
 */
export const createSources = (
  settings: ExporterSettings,
  contextOf: (name: SourceName) => SourceContext,
  running: readonly Source[] = [],
  isProtected: () => boolean = () => settings.tokens.length > 0,
  seen?: ReplayCache,
): readonly Source[] => {
  const { targets, probes, lifecycle, agents, clients, sessions } = settings;
  const made = <Made extends Source>(
    name: ConfiguredSource,
    isMade: (source: Source) => source is Made,
    create: (context: SourceContext) => Made,
  ): Made => {
    const fingerprint = settings.fingerprints[name];
    const kept = running
      .filter((source) => source.name === name && fingerprints.get(source) === fingerprint)
      .find(isMade);
    const source = kept ?? create(contextOf(name));
    fingerprints.set(source, fingerprint);
    return source;
  };
  const isAny = (source: Source): source is Source => source !== null;
  const sources: Source[] = [];
  const journal =
    sessions === null
      ? null
      : made('sessions', isJournal, (context) =>
          createSessionsSource({ ...sessions, isProtected }, context),
        );
  // The journal is the first source, so that it is open when others report.
  if (journal !== null) sources.push(journal);
  if (probes !== null)
    sources.push(made('probes', isAny, (context) => createProbesSource(targets, probes, context)));
  if (lifecycle !== null) {
    const watched = targets.map((target) => lifecycleTarget(target, lifecycle));
    sources.push(
      made('lifecycle', isAny, (context) =>
        createLifecycleSource(watched, context, journal?.observer, seen),
      ),
    );
  }
  if (agents !== null)
    sources.push(made('agents', isAny, (context) => createAgentsSource(targets, agents, context)));
  if (clients !== null)
    sources.push(
      made('clients', isAny, (context) =>
        createClientsSource(clients, context, undefined, journal?.onReports),
      ),
    );
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
