import { counter, gauge, type MetricFamily } from './entry.ts';

/** Metrics of the session journal. */
export const SESSION_METRICS = {
  livekit_swarm_session_journal_bytes: gauge('Size of the session journal'),
  livekit_swarm_session_journal_entries_total: counter(
    'Reports and events for the session journal, written or dropped because too many waited or the file was full',
    { labels: ['result'], values: { result: ['written', 'dropped'] } },
  ),
  livekit_swarm_session_journal_write_seconds_total: counter(
    'Time in which the exporter wrote the session journal or deleted from it, and did nothing else',
  ),
} as const satisfies MetricFamily;
