import { aggregate } from './aggregation.ts';
import { identityPrefix } from './expand.ts';
import { GeneratorFold } from './fold-generator.ts';
import { ParticipantFold } from './fold-participants.ts';
import { SampleFold } from './fold-samples.ts';
import { MetricSet } from './metric-set.ts';
import type { MetricName } from './metrics.ts';
import { RecordError } from './parse-record-line.ts';
import { percentilesOf } from './percentiles.ts';
import type { DeploymentLine, EndLine, EventLine, HeaderLine, RecordLine } from './record.ts';
import type { JoinSummary, RecoverySummary, Summary } from './summary.ts';
import { trafficRows } from './traffic-rows.ts';
import { withoutSecrets } from './without-secrets.ts';

/** A summary in the making. Memory grows with participants, not with the length of the run. */
export interface SummaryFold {
  add(line: RecordLine): void;
  /** Says something about the record itself that a reader of the report must know. */
  note(sentence: string): void;
  /** Call once, after the last line. @throws RecordError when there was no header */
  result(): Summary;
}

/** A room counts as whole for judging when its last member was due this long before a run was cut short, ms. */
const SETTLE_MS = 5_000;

/** Starts folding a record, line by line, in the order they were written. */
export const createSummary = (): SummaryFold => {
  const metrics = new MetricSet();
  const participants = new ParticipantFold(metrics);
  const samples = new SampleFold(metrics);
  const generator = new GeneratorFold(metrics);
  const notes: string[] = [];
  const nodes = new Set<string>();
  /** When the last member of a room was due. */
  const due = new Map<string, number>();
  let header: HeaderLine | null = null;
  let deployment: DeploymentLine | null = null;
  let end: EndLine | null = null;
  let serverVersion: string | null = null;
  let workersDied = 0;
  let begun = 0;
  let lastAt = 0;
  let steadyFrom = Number.POSITIVE_INFINITY;
  let steadyUntil = 0;
  let ours = (_identity: string): boolean => true;

  const addHeader = (line: HeaderLine): void => {
    header = line;
    const prefix = identityPrefix(line.run);
    ours = (identity) => identity.startsWith(prefix);
    const steady = line.plan.windows.find(({ name }) => name === 'steady');
    steadyFrom = steady?.fromMs ?? line.plan.lastJoinAtMs;
    steadyUntil = steady?.toMs ?? line.plan.endAtMs;
  };

  const addEvent = (line: EventLine): void => {
    participants.addEvent(line);
    if (line.node !== undefined && line.node !== '') nodes.add(line.node);
    serverVersion = line.serverVersion ?? serverVersion;
    if (line.event === 'worker_died') workersDied++;
    const sentence = runEvent(line);
    if (sentence !== null) notes.push(sentence);
  };

  return {
    note: (sentence) => {
      notes.push(sentence);
    },
    add: (line) => {
      if ('at' in line) lastAt = Math.max(lastAt, line.at);
      switch (line.type) {
        case 'header':
          addHeader(line);
          break;
        case 'deployment':
          deployment = line;
          for (const node of line.nodes) nodes.add(node);
          break;
        case 'event':
          addEvent(line);
          break;
        case 'sample': {
          // A sample tells of the interval before it.
          const steady = line.at - line.intervalMs >= steadyFrom - 1 && line.at <= steadyUntil + line.intervalMs / 2;
          samples.add(line, steady);
          generator.add(line, steady);
          break;
        }
        case 'participant':
          begun++;
          due.set(line.room, Math.max(due.get(line.room) ?? 0, line.joinAtMs));
          participants.addResult(line, ours);
          break;
        case 'end':
          end = line;
          break;
      }
    },
    result: () => {
      if (header === null) throw new RecordError('the record has no header: it is empty or not a run record');
      const { scenario, plan, run } = header;
      if (end === null) notes.push('The record breaks off: the run did not end by itself, or somebody cut the file.');
      const finished = end?.reason === 'finished';
      const judgeable = wholeRooms(due, finished, end?.at ?? lastAt);
      const joins = participants.close(plan.participants, finished, judgeable);
      const generatorSummary = generator.close(header.workers, workersDied, Math.max(begun, joins.joined + joins.failed));
      return {
        run,
        startedAt: header.startedAt,
        scenario,
        plan,
        thresholds: header.thresholds,
        environment: header.environment,
        workers: header.workers,
        end: end === null ? null : { at: end.at, reason: end.reason },
        deployment:
          deployment === null
            ? null
            : {
                url: withoutSecrets(deployment.url),
                embedded: deployment.embedded,
                serverVersion: deployment.serverVersion ?? serverVersion,
                nodes: [...nodes].sort(),
              },
        joins: { ...joins, phases: phasesOf(metrics) },
        tracks: tracksOf(metrics),
        traffic: trafficRows(metrics, samples),
        layers: { up: samples.layers('up'), down: samples.layers('down') },
        recovery: recoveryOf(metrics),
        worst: participants.worst(judgeable),
        generator: generatorSummary,
        notes,
        metrics,
      };
    },
  };
};

/** What befell the run itself, as a sentence. */
const runEvent = (line: EventLine): string | null => {
  const when = `${(line.at / 1_000).toFixed(1)} s into the run`;
  const why = line.message ?? line.reason;
  const because = why === undefined ? '' : `: ${why}`;
  switch (line.event) {
    case 'worker_died':
      return `Worker ${line.shard ?? '?'} died ${when}${because}`;
    case 'server_died':
      return `The server died ${when}${because}`;
    case 'interrupted':
      return `Interrupted ${when}`;
    case 'warning':
      return line.identity === undefined ? (why ?? null) : null;
    default:
      return null;
  }
};

/** After a run that was cut short, rooms that were still filling can not miss tracks. */
const wholeRooms = (due: ReadonlyMap<string, number>, finished: boolean, endedAt: number): ((room: string) => boolean) => {
  if (finished) return () => true;
  return (room) => (due.get(room) ?? 0) + SETTLE_MS <= endedAt;
};

const phasesOf = (metrics: MetricSet): JoinSummary['phases'] => ({
  started: percentilesOf(metrics.measure('join_start_delay')),
  signal: percentilesOf(metrics.measure('signal_time')),
  ice: percentilesOf(metrics.measure('ice_time')),
  joined: percentilesOf(metrics.measure('join_time')),
  firstMedia: percentilesOf(metrics.measure('first_media_time')),
});

const tracksOf = (metrics: MetricSet): Summary['tracks'] => {
  const missing = metrics.measure('missing_tracks');
  const stalled = metrics.measure('stalled_tracks');
  return {
    expected: missing?.type === 'rate' ? missing.total : 0,
    missing: missing?.type === 'rate' ? missing.hits : 0,
    received: stalled?.type === 'rate' ? stalled.total : 0,
    stalled: stalled?.type === 'rate' ? stalled.hits : 0,
  };
};

const recoveryOf = (metrics: MetricSet): RecoverySummary => {
  const count = (metric: MetricName, direction?: 'up' | 'down'): number =>
    aggregate(metrics.measure(metric, direction === undefined ? {} : { direction }), { type: 'count' }) ?? 0;
  return {
    nacksSent: count('nacks_sent'),
    nacksReceived: count('nacks_received'),
    plisSent: count('plis_sent'),
    plisReceived: count('plis_received'),
    rtxSent: count('rtx_packets', 'up'),
    rtxReceived: count('rtx_packets', 'down'),
    recovered: count('packets_recovered'),
    gaps: count('gaps'),
    gapMs: count('gap_time'),
    layerSwitches: count('layer_switches'),
  };
};
