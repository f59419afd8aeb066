import {
  aggregate,
  type MetricName,
  type MetricSet,
  type Threshold,
  type Window,
  windowsMeant,
} from '@livekit-swarm/metrics';
import {
  type DeploymentLine,
  type EndLine,
  type EventLine,
  type HeaderLine,
  type RecordLine,
  readRecordLines,
  type SampleLine,
  textLines,
} from '@livekit-swarm/record';
import { identityPrefix, type Scenario, scenarioOfRecord } from '@livekit-swarm/scenario';
import { SwarmError, withoutSecrets } from '@livekit-swarm/settings';
import { SATURATED_SHARE } from '../verdict/generator-health.ts';
import { AgentFold } from './fold-agents.ts';
import { ClientFold } from './fold-clients.ts';
import { DataQueueFold } from './fold-data-queues.ts';
import { GeneratorFold } from './fold-generator.ts';
import { HostFold } from './fold-hosts.ts';
import { ParticipantFold } from './fold-participants.ts';
import { PathFold } from './fold-paths.ts';
import { SampleFold } from './fold-samples.ts';
import { ServerFold } from './fold-server.ts';
import { TrackFold } from './fold-tracks.ts';
import { LostParticipants } from './lost-participants.ts';
import { percentilesOf } from './percentiles.ts';
import { reachedLimits } from './reached-limits.ts';
import { type RunNote, runEventOf } from './run-event.ts';
import { SampleCoverage } from './sample-coverage.ts';
import type { ServerSummary } from './server-summary.ts';
import type {
  AbortingThreshold,
  InterimSummary,
  JoinSummary,
  LostSummary,
  RecoverySummary,
  Summary,
  WindowMetrics,
} from './summary.ts';
import { type MeasuredWindow, Timeline } from './timeline.ts';
import { roleTraffic, trafficRows } from './traffic-rows.ts';

/**
 * Fold of a record into a summary. Memory grows with the number of simultaneous participants, but
 * neither with the number of those that left nor with the length of the run.
 */
export interface SummaryFold {
  add(line: RecordLine): void;
  /** Adds a note about the file of the record. */
  note(note: RunNote): void;
  /**
   * Summary of the lines so far: metrics that are known only at the end of a session contain the
   * sessions that have ended.
   * @throws SwarmError `bad_record` before the header
   */
  interim(): InterimSummary;
  /**
   * Summary; to be called once, after the last line.
   * @throws SwarmError `bad_record` without a header
   */
  result(): Summary;
}

/**
 * Starts to fold a record, line by line, in the order of the file.
 * @param thresholds thresholds whose windows are measured in addition to those of the header
 */
export const createSummary = (thresholds: readonly Threshold[] = []): SummaryFold => {
  const timeline = new Timeline();
  const metrics = timeline.whole;
  const participants = new ParticipantFold(timeline);
  const tracks = new TrackFold(
    (at) => [
      metrics,
      ...[timeline.clean.during(at - TRACK_END_MS, at)].filter((clean) => clean !== null),
    ],
    (at) => timeline.at(at),
  );
  const samples = new SampleFold(timeline);
  const clients = new ClientFold();
  const agents = new AgentFold();
  const dataQueues = new DataQueueFold();
  const paths = new PathFold();
  const server = new ServerFold(timeline);
  const generator = new GeneratorFold(metrics);
  const hosts = new HostFold();
  const lost = new LostParticipants();
  const coverage = new SampleCoverage();
  const ofWindows = new Map<MeasuredWindow, GeneratorFold>();
  const notes: RunNote[] = [];
  const nodes = new Set<string>();
  let header: KnownHeader | null = null;
  let deployment: DeploymentLine | null = null;
  let end: EndLine | null = null;
  let abortedBy: AbortingThreshold | null = null;
  let serverVersion: string | null = null;
  let processesDied = 0;
  let lastAt = 0;
  let isDrill = false;
  let steadyFrom = Number.POSITIVE_INFINITY;
  let steadyUntil = 0;

  const addHeader = (line: HeaderLine): void => {
    const scenario = scenarioOfRecord(line.scenario);
    header = { ...line, scenario };
    const prefix = identityPrefix(line.run);
    participants.begin(line);
    lost.begin(line);
    agents.begin(line);
    paths.begin(line);
    tracks.begin(line, (identity) => identity.startsWith(prefix));
    const steady = line.plan.windows.find(({ name }) => name === 'steady');
    steadyFrom = steady?.fromMs ?? line.plan.lastJoinAtMs;
    steadyUntil = steady?.toMs ?? line.plan.endAtMs;
    server.begin({ fromMs: steadyFrom, toMs: steadyUntil });
    timeline.begin(line, [
      ...line.plan.windows,
      ...thresholdWindows([...scenario.thresholds, ...thresholds]),
    ]);
    for (const measured of timeline.windows)
      ofWindows.set(measured, new GeneratorFold(measured.metrics));
  };

  const addEvent = (line: EventLine): void => {
    participants.addEvent(line);
    agents.addEvent(line);
    if (line.node !== undefined && line.node !== '') nodes.add(line.node);
    serverVersion = line.serverVersion ?? serverVersion;
    if (line.event === 'process_died') processesDied++;
    generator.addEvent(line);
    hosts.addEvent(line);
    if (line.event === 'threshold_crossed')
      abortedBy = line.crossing === undefined ? null : { at: line.at, ...line.crossing };
    const event = runEventOf(line);
    if (event !== null) notes.push(event);
  };

  /**
   * Returns true if a sample belongs to the steady state; it covers the interval before its time.
   */
  const isSteady = ({ at, intervalMs }: { at: number; intervalMs: number }): boolean =>
    at - intervalMs >= steadyFrom - 1 && at <= steadyUntil + intervalMs / 2;

  const addSample = (line: SampleLine): void => {
    const steady = isSteady(line);
    samples.add(line, steady, (series) => hosts.uncertaintyOf(line.shard, series));
    clients.add(line);
    generator.add(line, steady);
    hosts.addSample(line, steady);
    for (const measured of timeline.around(line.at - line.intervalMs / 2))
      ofWindows.get(measured)?.add(line, true);
  };

  return {
    note: (note) => {
      notes.push(note);
    },
    add: (line) => {
      timeline.observe(line);
      coverage.add(line);
      if ('at' in line) {
        lastAt = Math.max(lastAt, line.at);
        participants.advance(timeline.advance(lastAt));
      }
      switch (line.type) {
        case 'header':
          addHeader(line);
          break;
        case 'deployment':
          deployment = line;
          for (const node of line.nodes) nodes.add(node);
          break;
        case 'host':
          hosts.begin(line);
          break;
        case 'clock': {
          const event = hosts.addClock(line);
          if (event !== null) notes.push(event);
          break;
        }
        case 'event':
          addEvent(line);
          break;
        case 'sample':
          addSample(line);
          dataQueues.add(line.dataQueues ?? [], line.intervalMs);
          break;
        case 'server':
          server.add(line, isSteady(line));
          break;
        case 'server_missing':
          server.addMissing(line);
          break;
        case 'server_after':
          server.addAfter(line);
          break;
        case 'server_log':
          server.addLog(line);
          break;
        case 'server_profile':
          server.addProfile(line);
          break;
        case 'participant':
          lost.add(line);
          participants.addResult(line);
          tracks.add(line);
          hosts.addResult(line);
          paths.addResult(line);
          break;
        case 'drill':
          isDrill = true;
          break;
        case 'end':
          end = line;
          break;
      }
    },
    interim: () => {
      const { plan, processes } = knownHeader(header);
      return {
        joins: participants.summary(plan.participants, false),
        connected: participants.connected,
        generator: generator.summary(processes, processesDied),
        lost: lostOf(lost, header),
        hosts: hosts.summary(lastAt),
        skewedSpikes: hosts.skewedSpikes(),
        end,
        metrics,
        clean: timeline.clean.metrics,
        impaired: impairedOf(timeline, lastAt),
        windows: windowsOf(timeline),
      };
    },
    result: () => {
      const { run, startedAt, scenario, plan, environment, processes } = knownHeader(header);
      if (end === null) notes.push({ code: 'record_truncated' });
      const finished = end?.reason === 'completed';
      participants.close(finished);
      const mostAffected = tracks.close(finished, end?.at ?? lastAt);
      for (const fold of [generator, ...ofWindows.values()]) fold.close();
      hosts.close();
      server.close();
      timeline.close();
      notes.push(
        ...agents.notes(),
        ...dataQueues.notes(scenario),
        ...rejectionNotes(metrics),
        ...lossNotes(lostOf(lost, header), plan.participants),
      );
      notes.push(...busyNotes(generator.summary(processes, processesDied), environment));
      const serverSummary = server.summary(metrics);
      notes.push(...limitNotes(serverSummary, end?.at ?? lastAt, deployment?.embedded === true));
      if (isDrill) notes.push({ code: 'drill_record' });
      return {
        run,
        startedAt,
        scenario,
        plan,
        environment,
        processes,
        end: end === null ? null : { at: end.at, reason: end.reason },
        abortedBy,
        deployment:
          deployment === null
            ? null
            : {
                url: withoutSecrets(deployment.url),
                embedded: deployment.embedded,
                serverVersion: deployment.serverVersion ?? serverVersion,
                ...(deployment.server !== undefined && { server: deployment.server }),
                ...(deployment.streams === true && { streams: true as const }),
                nodes: [...nodes].sort(),
              },
        joins: {
          ...participants.summary(plan.participants, finished),
          phases: phasesOf(metrics),
          turnAllocation: percentilesOf(metrics.measure('turn_allocation_time')),
        },
        tracks: tracksOf(metrics),
        traffic: trafficRows(metrics, samples),
        roles: roleTraffic(metrics, scenario),
        paths: paths.summary(metrics),
        clients: clients.summary(metrics),
        layers: { up: samples.layers('up'), down: samples.layers('down') },
        recovery: recoveryOf(metrics),
        mostAffected,
        generator: {
          ...generator.summary(processes, processesDied),
          missingSamples: coverage.worst(),
        },
        lost: lostOf(lost, header),
        hosts: hosts.summary(end?.at ?? lastAt),
        server: serverSummary,
        skewedSpikes: hosts.skewedSpikes(),
        notes,
        metrics,
        clean: timeline.clean.metrics,
        impaired: impairedOf(timeline, end?.at ?? lastAt),
        windows: windowsOf(timeline),
      };
    },
  };
};

/**
 * Last part of a session, ms, by whose health its tracks are attributed: a missing or stalled track
 * shows at the end of the session.
 */
const TRACK_END_MS = 5_000;

const impairedOf = ({ impaired }: Timeline, totalMs: number): Summary['impaired'] => ({
  ms: Math.round(impaired.total(totalMs)),
  totalMs: Math.round(totalMs),
  codes: impaired.codes,
});

interface KnownHeader extends Omit<HeaderLine, 'scenario'> {
  scenario: Scenario;
}

const knownHeader = (header: KnownHeader | null): KnownHeader => {
  if (header !== null) return header;
  throw new SwarmError('bad_record', 'the record has no header: it is empty or not a run record');
};

/** Windows of thresholds that the plan lacks, such as `@30s..60s`. */
const thresholdWindows = (thresholds: readonly Threshold[]): Window[] =>
  thresholds.flatMap(({ window }) => (window?.type === 'stretch' ? windowsMeant(window, []) : []));

const windowsOf = (timeline: Timeline): WindowMetrics[] =>
  timeline.windows
    .map(({ window, metrics, clean }) => ({ window, metrics, clean: clean.metrics }))
    .sort((a, b) => a.window.fromMs - b.window.fromMs);

/**
 * Notes that there is less media than planned, because the permissions of a role do not allow
 * everything that it publishes.
 */
const rejectionNotes = (metrics: MetricSet): RunNote[] => {
  const refusals = metrics.measure('publish_rejections');
  if (refusals?.type !== 'rate' || refusals.hits === 0) return [];
  return [{ code: 'publish_rejected', rejected: refusals.hits, total: refusals.total }];
};

const lostOf = ({ setAside }: LostParticipants, header: KnownHeader | null): LostSummary =>
  setAside.length === 0
    ? null
    : { participants: setAside.length, tolerated: header?.toleratedLost ?? 0 };

const lossNotes = (lost: LostSummary, planned: number): RunNote[] =>
  lost === null
    ? []
    : [{ code: 'loss_tolerated', lost: lost.participants, planned, tolerated: lost.tolerated }];

/** Share of a host's cores below which other programs do not explain why the host is busy. */
const NOTICEABLE = 0.25;

/** Notes the programs that kept a host busy although the load generator did not. */
const busyNotes = (
  { hostCpu, ownCoresWhileBusy, otherPrograms }: Summary['generator'],
  environment: Summary['environment'],
): RunNote[] => {
  const cores = Number(environment.cores);
  if (hostCpu === null || ownCoresWhileBusy === null || !(cores > 0)) return [];
  if ((hostCpu.saturated.share ?? 0) <= SATURATED_SHARE) return [];
  const otherCores = Math.max(0, hostCpu.avg * cores - ownCoresWhileBusy);
  if (otherCores < NOTICEABLE * cores) return [];
  const programs = otherPrograms.map(({ name }) => name);
  return [{ code: 'host_busy', otherCores, cores, programs }];
};

/**
 * Notes what nodes ran out of.
 * @param measuredMs length of the run
 * @param sharesHost true if the load generator runs on the host of the node: `host_busy` and the
 * findings on its health have the CPU that it and others use
 */
const limitNotes = ({ nodes }: ServerSummary, measuredMs: number, sharesHost: boolean): RunNote[] =>
  reachedLimits(nodes, measuredMs).flatMap((limit) =>
    sharesHost && limit.resource === 'host_cpu' ? [] : [{ code: 'node_at_limit', ...limit }],
  );

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
    aggregate(metrics.measure(metric, direction === undefined ? {} : { direction }), {
      type: 'count',
    }) ?? 0;
  return {
    nacksSent: count('nacks_sent'),
    nacksReceived: count('nacks_received'),
    plisSent: count('plis_sent'),
    plisReceived: count('plis_received'),
    rtxSent: count('rtx_packets', 'up'),
    rtxReceived: count('rtx_packets', 'down'),
    recovered: count('packets_recovered'),
    interruptions: count('media_interruptions'),
    interruptionMs: count('media_interruption_time'),
    layerSwitches: count('layer_switches'),
  };
};

/**
 * Summarises a record from its lines, as a line reader of a file yields them. If the last line was
 * cut (after a loss of power, or because the process was killed while writing), it is left out and
 * noted; damage in the middle is an error.
 * @param thresholds thresholds to evaluate in addition to those of the record, for the windows that
 * they name
 * @throws SwarmError `bad_record`
 */
export const foldRecord = async (
  lines: AsyncIterable<string> | Iterable<string>,
  thresholds: readonly Threshold[] = [],
): Promise<Summary> => {
  const summary = createSummary(thresholds);
  for await (const line of readRecordLines(lines, summary.note)) summary.add(line);
  return summary.result();
};

/**
 * Summarises a record on disk, whether its run has ended or not.
 * @param thresholds thresholds to evaluate in addition to those of the record, for the windows that
 * they name
 * @throws SwarmError `bad_record`
 */
export const readRecord = (path: string, thresholds?: readonly Threshold[]): Promise<Summary> =>
  foldRecord(textLines(path), thresholds);
