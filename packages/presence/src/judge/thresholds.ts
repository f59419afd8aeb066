import { commandThresholds, type SourcedThreshold } from '@livekit-swarm/analysis';

/** Thresholds of `swarm presence` without its own, with their reasons. */
const DEFAULT_PRESENCE_THRESHOLDS = [
  { text: 'presence_missed: count==0', why: 'An application that misses a leave keeps a ghost.' },
  { text: 'presence_duplicates: count==0', why: 'An application that counts joins counts twice.' },
  { text: 'presence_unexpected: count==0', why: 'A session that never was is shown to users.' },
  { text: 'presence_out_of_order: count==0', why: 'The last state an application stores is old.' },
  { text: 'webhook_delay: p(95)<2000', why: 'Users notice a list of participants that lags.' },
  { text: 'presence_unlisted_time: max<5000', why: 'Applications list participants after a join.' },
  { text: 'presence_ghost_time: max<5000', why: 'A participant that has left blocks its seat.' },
] as const;

/**
 * Thresholds that were given, and defaults on other metrics.
 * @throws SwarmError `invalid_threshold` for a metric that is not of presence
 */
export const presenceThresholds = (given: readonly string[]): SourcedThreshold[] =>
  commandThresholds(given, {
    command: 'presence',
    defaults: DEFAULT_PRESENCE_THRESHOLDS,
    notMeasured: (metric) => ({
      message: `swarm presence does not measure ${metric}`,
      hint: 'docs/metrics.md lists what it measures: webhook_delay, and what begins with presence_',
    }),
    noAbort: 'abortOnFail does not exist for webhooks, which are compared after the run',
  });
