import {
  COORDINATOR_SHARD,
  type EventLine,
  type SampleLine,
  type Scheduling,
} from '@livekit-swarm/record';
import type {
  GeneratorSummary,
  ImpairedSummary,
  InterimSummary,
  Share,
} from '../summary/summary.ts';
import type { HealthCode, HealthFinding } from './health-finding.ts';

const exceeds = ({ share }: Share, limit: number): boolean => share !== null && share > limit;

const countFinding = (
  code: 'socket_drops' | 'late_sends' | 'send_errors' | 'late_joins',
  { count, share }: Share,
  limit: number,
): HealthFinding => ({ code, value: share ?? 0, limit, count });

/**
 * Reasons of failed joins and disconnections that the load generator or its host causes: reason in
 * the record, finding.
 */
const ENDS_ON_THIS_HOST = [
  ['internal_error', 'engine_error'],
  ['dns_failed', 'dns_failed'],
  ['no_route', 'no_route'],
  ['no_socket', 'no_socket'],
] as const;

type Assessed = Pick<InterimSummary, 'generator' | 'hosts' | 'lost' | 'joins' | 'end'>;

/**
 * Assesses the impairments of a run by the load generator. A healthy one has none, however busy its
 * host was: its threads, and those of an embedded server, must have got the cores that they needed.
 * Each of several hosts is assessed separately.
 */
export const assessGenerator = (summary: Assessed): HealthFinding[] => {
  const { generator, hosts } = summary;
  return assessStrictly(summary).filter(
    ({ code, host }) =>
      code !== 'host_saturated' ||
      !gotCores(hosts.find((one) => one.host === host)?.generator ?? generator),
  );
};

/** Returns true if the samples prove that threads did not wait for cores. */
const gotCores = ({ delayedSamples: { share } }: GeneratorSummary): boolean =>
  share !== null && share <= DELAYED_SHARE;

/**
 * Assesses the impairments of a run, a busy host included. Comparisons need them: a busy host on
 * one side makes the other side look better, although every threshold is met on both.
 */
export const assessStrictly = (summary: Assessed): HealthFinding[] => {
  const { hosts, joins, end } = summary;
  // The dead workers are tolerated: their participants count nowhere.
  const generator =
    summary.lost === null ? summary.generator : { ...summary.generator, processesDied: 0 };
  const found: HealthFinding[] = [];
  const invalidByTime = joins.failureReasons.some(({ reason }) => INVALID_BY_TIME.has(reason));
  if (end?.reason === 'server_killed') found.push({ code: 'server_killed', value: 1, limit: 0 });
  const ended = [...joins.failureReasons, ...joins.disconnectReasons];
  for (const [reason, code] of ENDS_ON_THIS_HOST) {
    const value = ended.reduce((sum, one) => sum + (one.reason === reason ? one.count : 0), 0);
    if (value > 0) found.push({ code, value, limit: 0 });
  }
  if (generator.samples === 0 && joins.joined > 0)
    found.push({ code: 'no_samples', value: 0, limit: 1 });
  else if (generator.missingSamples !== null && generator.missingSamples.share > MISSING_SHARE) {
    const { share, shard } = generator.missingSamples;
    found.push({ code: 'samples_missing', value: share, limit: MISSING_SHARE, shard });
  }
  if (hosts.length === 0) return [...assessHost(generator), ...found];
  return [
    ...hosts.flatMap(({ host, generator: ofHost, lost, clock: { offsetMs } }) => [
      ...(invalidByTime && Math.abs(offsetMs) > CLOCK_WRONG_MS
        ? [
            {
              code: 'clock_wrong',
              value: Math.abs(offsetMs),
              limit: CLOCK_WRONG_MS,
              offsetMs,
              host,
            } as const,
          ]
        : []),
      ...(lost === null || summary.lost !== null
        ? []
        : [{ code: 'host_lost', value: ofHost.processesDied, limit: 0, host, why: lost } as const]),
      ...assessHost(ofHost)
        .filter(({ code }) => code !== 'process_died')
        .map((finding) => ({ ...finding, host })),
    ]),
    // The coordinator hosts no participants.
    ...assessHost(generator).filter(
      (finding) => finding.code === 'process_paused' && finding.shard === COORDINATOR_SHARD,
    ),
    ...found,
  ];
};

/** Impairments that the processes of one host show. */
const assessHost = (generator: GeneratorSummary): HealthFinding[] => {
  const found: HealthFinding[] = [];
  if (generator.processesDied > 0)
    found.push({
      code: 'process_died',
      value: generator.processesDied,
      limit: 0,
      processes: generator.processes,
    });
  if (generator.stuckThreads > 0)
    found.push({ code: 'engine_stuck', value: generator.stuckThreads, limit: 0 });
  if (generator.suspendedMs > SUSPENSION_MS)
    found.push({ code: 'host_suspended', value: generator.suspendedMs, limit: SUSPENSION_MS });
  const { pauses, clockStepMs } = generator;
  if (pauses !== null && pauses.count > 0)
    found.push({
      code: 'process_paused',
      value: pauses.longestMs,
      limit: pauseLimitOf(pauses.shard),
      shard: pauses.shard,
      count: pauses.count,
    });
  if (Math.abs(clockStepMs) > CLOCK_STEP_MS)
    found.push({
      code: 'clock_stepped',
      value: Math.abs(clockStepMs),
      limit: CLOCK_STEP_MS,
      stepMs: clockStepMs,
    });
  if (exceeds(generator.socketDrops, SOCKET_DROPS_SHARE))
    found.push(countFinding('socket_drops', generator.socketDrops, SOCKET_DROPS_SHARE));
  if (generator.lateSends.count >= MIN_LATE_SENDS && exceeds(generator.lateSends, LATE_SENDS_SHARE))
    found.push(countFinding('late_sends', generator.lateSends, LATE_SENDS_SHARE));
  if (exceeds(generator.sendErrors, SEND_ERRORS_SHARE))
    found.push(countFinding('send_errors', generator.sendErrors, SEND_ERRORS_SHARE));
  if (exceeds(generator.lateTickSamples, TICK_LATE_SHARE))
    found.push({
      code: 'tick_lateness',
      value: generator.lateTickSamples.share ?? 0,
      limit: TICK_LATE_SHARE,
      lateMs: TICK_LATE_MS,
      maxMs: Math.round(generator.tickLateness?.max ?? 0),
    });
  if (exceeds(generator.laggingSamples, LAGGING_SHARE))
    found.push({
      code: 'event_loop_lag',
      value: generator.laggingSamples.share ?? 0,
      limit: LAGGING_SHARE,
      lagMs: LAGGING_MS,
    });
  if (exceeds(generator.lateJoins, LATE_JOINS_SHARE))
    found.push(countFinding('late_joins', generator.lateJoins, LATE_JOINS_SHARE));
  for (const process of ['generator', 'server'] as const) {
    const { share } = generator.starvedSamples[process];
    if (share !== null && share > STARVED_SHARE)
      found.push({ code: 'cpu_starved', value: share, limit: STARVED_SHARE, process });
  }
  const saturation = saturationOf(generator);
  if (saturation > SATURATED_SHARE)
    found.push({
      code: 'host_saturated',
      value: saturation,
      limit: SATURATED_SHARE,
      busy: SATURATED,
    });
  return found;
};

/** Returns true if threads were kept from a core for most of the time in which they had work. */
export const isStarved = (scheduling: Scheduling | undefined, intervalMs: number): boolean =>
  scheduling !== undefined &&
  scheduling.longestWaitMs > STARVED_WAIT_SHARE * intervalMs &&
  scheduling.waitMs > STARVED_WAIT_RATIO * scheduling.runMs;

/** Returns true if a thread waited for a core for so long that measurements may show it. */
export const isDelayed = (scheduling: Scheduling, intervalMs: number): boolean =>
  scheduling.longestWaitMs > DELAYED_WAIT_SHARE * intervalMs;

/** Impairment of the generator or an embedded server during one sample; null: it was healthy. */
export const impairmentOfSample = ({
  shard,
  generator,
  series,
  intervalMs,
}: SampleLine): HealthCode | null => {
  const { scheduling, serverScheduling, throttledMs = 0 } = generator;
  if (
    isStarved(scheduling, intervalMs) ||
    isStarved(serverScheduling, intervalMs) ||
    throttledMs > STARVED_WAIT_SHARE * intervalMs
  )
    return 'cpu_starved';
  if (shard === COORDINATOR_SHARD) return null;
  const { tickLatenessMs, eventLoopLagMs, stuckThreads } = generator;
  const { socketDrops, datagramsReceived, sendErrors, datagramsSent, lateSends } = generator;
  const sent = series.reduce(
    (sum, { labels, packets }) => sum + (labels.direction === 'up' ? packets : 0),
    0,
  );
  if (stuckThreads > 0) return 'engine_stuck';
  if (tickLatenessMs > TICK_LATE_MS) return 'tick_lateness';
  if (eventLoopLagMs > LAGGING_MS) return 'event_loop_lag';
  if (socketDrops > SOCKET_DROPS_SHARE * (socketDrops + datagramsReceived)) return 'socket_drops';
  if (sendErrors > SEND_ERRORS_SHARE * (sendErrors + datagramsSent)) return 'send_errors';
  if (lateSends >= MIN_LATE_SENDS && lateSends > LATE_SENDS_SHARE_OF_SECOND * sent)
    return 'late_sends';
  return null;
};

/**
 * Impairment that an event shows: its interval, ms after the start, and the time for which its
 * effects may show. Null: none.
 */
export const impairmentOfEvent = ({
  event,
  at,
  reason,
  shard = COORDINATOR_SHARD,
  durationMs = 0,
}: EventLine): { code: HealthCode; fromMs: number; toMs: number; aftermathMs: number } | null => {
  const forGood = (code: HealthCode) => ({
    code,
    fromMs: at - SECOND_MS,
    toMs: Number.POSITIVE_INFINITY,
    aftermathMs: 0,
  });
  const { least, most } = AFTERMATH_MS;
  switch (event) {
    case 'process_paused': {
      const isLong = durationMs > pauseLimitOf(shard);
      if (shard === COORDINATOR_SHARD && !isLong) return null;
      const aftermathMs = isLong ? most : least;
      return { code: event, fromMs: at - durationMs - SECOND_MS, toMs: at, aftermathMs };
    }
    case 'host_suspended':
      return { code: event, fromMs: at - SECOND_MS, toMs: at, aftermathMs: most };
    case 'clock_stepped':
    case 'process_died':
      return forGood(event);
    case 'join_failed':
    case 'disconnected':
      return reason === 'internal_error' ? forGood('engine_error') : null;
    default:
      return null;
  }
};

/**
 * Findings that concern certain seconds: measurements outside of these describe the server. Other
 * findings (a worker that died, a host that was busy throughout) cast doubt on a whole run.
 */
const TIMED: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'socket_drops',
  'late_sends',
  'send_errors',
  'tick_lateness',
  'event_loop_lag',
  'process_paused',
  'host_suspended',
  'cpu_starved',
]);

/**
 * Findings of a lack of CPU: threads, or an embedded server, ran late, but everything planned was
 * sent. A value that can only have become worse then still proves that its threshold is met. All
 * other findings (lost packets, processes, time, data) leave out part of the load or of the
 * measurements.
 */
const LACK_OF_CPU: ReadonlySet<HealthCode> = new Set<HealthCode>([
  'host_saturated',
  'cpu_starved',
  'late_sends',
  'tick_lateness',
  'event_loop_lag',
]);

export const isLackOfCpu = ({ code }: HealthFinding): boolean => LACK_OF_CPU.has(code);

/**
 * Returns true if the healthy times of a run suffice to attribute their measurements to the server.
 */
export const mayBlameServer = (
  health: readonly HealthFinding[],
  { ms, totalMs }: ImpairedSummary,
): boolean =>
  health.length === 0 ||
  (health.every(({ code }) => TIMED.has(code)) &&
    totalMs - ms >= Math.max(LEAST_CLEAN_MS, LEAST_CLEAN_SHARE * totalMs));

const saturationOf = ({ hostCpu }: GeneratorSummary): number => hostCpu?.saturated.share ?? 0;

/**
 * Limits above which the load generator impairs its measurement. CPU usage is not among them: a
 * generator that uses 80 % of its cores and sends on time measures correctly.
 */

/**
 * Length of a pause that impairs a run, ms. During it the participants of the process are stopped:
 * peers in other processes see an interruption, joins exceed 2 s, and the timeouts of the server
 * (5 s without ICE checks, 15 s without a signal ping) begin to elapse. One such pause is enough,
 * however long the run is.
 */
const PAUSE_MS = 2_000;
/**
 * Length of a pause of the coordinator that impairs a run, ms. The coordinator hosts no
 * participants: workers get their tokens 30 s ahead, and a slow disk may delay the record. After a
 * longer pause it neither notices a dead server nor ends a run in time.
 */
const COORDINATOR_PAUSE_MS = 15_000;
/** Longest pause of a process that impairs nothing, ms. */
export const pauseLimitOf = (shard: number): number =>
  shard === COORDINATOR_SHARD ? COORDINATOR_PAUSE_MS : PAUSE_MS;
/** Least length of a pause that is recorded, ms: measurements of its second may be its effect. */
export const RECORDED_PAUSE_MS = 1_000;

/**
 * Longest suspension that impairs nothing, ms, which is the resolution of the clocks: during a
 * suspension the server continues, and no participant answers it.
 */
export const SUSPENSION_MS = 250;

/**
 * Smallest step of the wall clock that impairs a run, ms. The generator measures with the monotonic
 * clock, but tokens are valid by the wall clock, and a server on the same host computes capture
 * times and sender reports with it.
 */
export const CLOCK_STEP_MS = 250;

/** Reasons of joins that fail because a token or certificate is not valid by one of the clocks. */
export const INVALID_BY_TIME: ReadonlySet<string> = new Set(['unauthorized', 'tls']);
/**
 * Difference between clocks above which tokens and certificates are invalid, ms; livekit-server
 * tolerates a minute. All other times are corrected.
 */
const CLOCK_WRONG_MS = 30_000;

/**
 * Lag of an event loop (p99 of a second), ms, above which joins and answers of the server are
 * handled so late that join times of 2 s show it.
 */
export const LAGGING_MS = 500;
/** Share of lagging seconds that is tolerated: one in ten may be a single pause. */
export const LAGGING_SHARE = 0.1;

/**
 * Lateness of a pump thread, ms, above which it sends bursts of a dozen audio packets: jitter and
 * loss that the network did not cause.
 */
export const TICK_LATE_MS = 250;
/**
 * Share of samples with a late pump thread that is tolerated, for single pauses (garbage
 * collection, another process on the host).
 */
export const TICK_LATE_SHARE = 0.05;

/**
 * Share of packets sent more than 20 ms late that is tolerated: above it, the generator and not the
 * server determines jitter and the p99 of latency.
 */
export const LATE_SENDS_SHARE = 0.01;
/**
 * Least number of late packets: fewer occur at the start of any run, and are a large share of a
 * short one.
 */
export const MIN_LATE_SENDS = 5;

/**
 * Share of the time that samples may leave uncovered, twice the default limit of loss: figures lack
 * the loss, lateness and interruptions of this time.
 */
const MISSING_SHARE = 0.02;

/**
 * Share of datagrams that receive buffers may drop, a tenth of the strictest usual threshold
 * (0.1 %): these drops look exactly like loss on the network.
 */
export const SOCKET_DROPS_SHARE = 0.0001;

/**
 * Share of packets that the kernel may refuse, a tenth of the default threshold (1 %): they leave
 * gaps in the sequence numbers, which the server counts as loss.
 */
export const SEND_ERRORS_SHARE = 0.001;

/**
 * Share of joins that may start a second late: above one in twenty, the generator determines the
 * p95 of the join time.
 */
export const LATE_JOINS_SHARE = 0.05;

/**
 * Limits from which a process lacks CPU in a second: one of its threads waited for a core for a
 * quarter of the second, and all its threads waited three times as long as they ran, so it got less
 * than a quarter of the CPU that it requested. A process that uses 80 % of the CPU waits about as
 * long as it runs.
 */
const STARVED_WAIT_SHARE = 0.25;
const STARVED_WAIT_RATIO = 3;
/**
 * Share of samples with a lack of CPU from which all measurements are affected. Fewer are matched
 * in time with the crossed thresholds.
 */
const STARVED_SHARE = 0.5;

/**
 * Share of the time for which a delayed thread waits: at a twentieth, it waits for milliseconds
 * whenever it has work, which jitter may show.
 */
const DELAYED_WAIT_SHARE = 0.05;
/** Share of samples with a delayed thread that is tolerated: one in ten. */
const DELAYED_SHARE = 0.1;

/**
 * Utilisation of a host's cores, and share of samples with it, from which every process on the host
 * waits for CPU, server or generator.
 */
export const SATURATED = 0.98;
export const SATURATED_SHARE = 0.5;

const SECOND_MS = 1_000;

/**
 * Time after an impairment in which its effects may show, ms: as long as it lasted, but at least
 * five seconds, within which receiver reports contain the loss (RFC 3550 §6.2). After a pause of
 * two seconds or more, participants may lose their connection within 15 s (signal ping), and try to
 * recover for another 40 s.
 */
export const AFTERMATH_MS = { least: 5_000, most: 60_000 };

/**
 * Share of late packets that is tolerated in a single second: with fewer, its p95 does not change.
 * Over a whole run, one in a hundred is too many.
 */
const LATE_SENDS_SHARE_OF_SECOND = 0.05;

/**
 * Least healthy time, ms and share of the run, in which a failure must show to be attributed to the
 * server although the generator was impaired.
 */
const LEAST_CLEAN_MS = 10_000;
const LEAST_CLEAN_SHARE = 0.5;
