import type {
  DrillResult,
  JoinProbeResult,
  ObjectiveResult,
  ProbeContinuity,
  RepeatResult,
  StateContinuity,
} from '@livekit-swarm/chaos';
import { formatDuration, plural } from '@livekit-swarm/settings';
import { formatCount, formatMs, formatShare, shorten } from '../format.ts';
import { measuredOf } from '../phrases/limits.ts';
import { MARKS, type TableData } from '../text-layout.ts';
import {
  expectedText,
  formatQuantile,
  formatRecoveryTime,
  hasVerdict,
  measuredText,
  objectiveLabel,
  signedTime,
} from './phrases.ts';

/** Mark of an objective or threshold; null: not judged. */
export const markOf = (ok: boolean | null): string =>
  ok === null ? MARKS.inconclusive : ok ? MARKS.passed : MARKS.failed;

/** Longest metric with its selector: without a limit it could fill a line. */
const MAX_METRIC = 50;

/** Objectives and thresholds of a repeat. @param objectives those to list; default: all */
export const objectiveTable = (
  repeat: RepeatResult,
  objectives: readonly ObjectiveResult[] = repeat.objectives,
): TableData => ({
  head: ['', 'objective', 'measured', 'expected'],
  rows: hasVerdict(repeat)
    ? [
        ...objectives.map((result) => [
          markOf(result.met),
          objectiveLabel(result),
          measuredText(result),
          expectedText(result),
        ]),
        ...repeat.thresholds.map((result) => [
          markOf(result.ok),
          shorten(result.metric, MAX_METRIC),
          measuredOf(result),
          result.expression,
        ]),
      ]
    : [],
  left: [0, 1],
});

/** Figures of a repeat in each of its windows. */
export const windowTable = ({ windows }: RepeatResult): TableData => ({
  head: ['', 'joined', 'join failed', 'join p95', '↓ pkt/s', 'loss', 'jitter p95', 'latency p95'],
  rows: windows.map((window) => [
    `@${window.name}`,
    String(window.joined),
    String(window.joinFailures),
    formatMs(window.joinP95Ms),
    formatCount(window.packetsPerSecond === null ? null : Math.round(window.packetsPerSecond)),
    formatShare(window.loss),
    formatMs(window.jitterP95Ms),
    formatMs(window.latencyP95Ms),
  ]),
  left: [0],
});

/** Recovery by role, in each direction; empty for a load of one role. */
export const roleTable = ({ recovery: { roles } }: RepeatResult): TableData => ({
  head: ['roles', '', 'all', 'interrupted', 'not recovered', 'p50', 'p95', 'max'],
  rows:
    new Set(roles.map(({ role }) => role)).size < 2
      ? []
      : roles.map(({ role, direction, count, interrupted, notRecovered, timeToRecover }) => [
          shorten(role, MAX_METRIC),
          direction,
          formatCount(count),
          formatCount(interrupted),
          formatCount(notRecovered),
          formatRecoveryTime(timeToRecover?.p50 ?? null),
          formatRecoveryTime(timeToRecover?.p95 ?? null),
          formatRecoveryTime(timeToRecover?.max ?? null),
        ]),
  left: [0, 1],
});

/** Join probes by window, in new rooms and in those of the load. */
export const joinProbeTable = ({ recovery: { joinProbes } }: RepeatResult): TableData => ({
  head: ['join probes', '', 'joins', 'connected', 'join max', 'complete media'],
  rows: (['baseline', 'fault', 'recovery'] as const).flatMap((window) =>
    [false, true].flatMap((newRoom) => {
      const came = joinProbes.filter(
        (newcomer) => newcomer.window === window && newcomer.newRoom === newRoom,
      );
      return came.length === 0
        ? []
        : [[window, newRoom ? 'new rooms' : 'rooms of the load', ...figuresOf(came)]];
    }),
  ),
  left: [0, 1],
});

/** Longest reason in a line of at most 100 columns. */
const MAX_REASON = 24;

const PROBES: Record<ProbeContinuity['probe'], string> = {
  api: 'API: create a room',
  join: 'join a room that exists',
  join_new_room: 'join a new room',
};

/** Attempts of API and joins, and the time until they succeeded again. */
export const continuityTable = ({ recovery: { continuity } }: RepeatResult): TableData => ({
  head: ['continuity', 'attempts', 'failed', 'first failure', 'works again', 'mostly'],
  rows: (continuity?.probes ?? []).map((probe) => [
    PROBES[probe.probe],
    formatCount(probe.attempts),
    formatCount(probe.failed),
    probe.firstFailureMs === null ? '–' : `+${formatRecoveryTime(probe.firstFailureMs)}`,
    worksAgainText(probe),
    shorten(probe.failure ?? '–', MAX_REASON),
  ]),
  left: [0, 5],
});

const worksAgainText = ({ worksAgainMs }: ProbeContinuity): string => {
  if (worksAgainMs === null) return 'no';
  return worksAgainMs === 0 ? '–' : `+${formatRecoveryTime(worksAgainMs)}`;
};

/** Changes of DNS: how long clients went to the old address. */
export const nameTable = ({ recovery: { nameMoves, faults } }: RepeatResult): TableData => ({
  head: ['name leads to', 'from', 'TTL', 'old address', 'last there', 'new address', 'first there'],
  rows: nameMoves.map(
    ({ at, to, ttlMs, oldConnections, oldLastMs, newConnections, newFirstMs }) => [
      to,
      signedTime(at - (faults[0]?.injectedAt ?? 0)),
      formatDuration(ttlMs),
      plural(oldConnections, 'connection'),
      oldLastMs === null ? '–' : `+${formatRecoveryTime(oldLastMs)}`,
      plural(newConnections, 'connection'),
      newFirstMs === null ? '–' : `+${formatRecoveryTime(newFirstMs)}`,
    ],
  ),
  left: [0],
});

/** Answers of the nodes to the API keys of a rotation; a row for each change. */
export const keyTable = ({ recovery: { keyRotation, faults } }: RepeatResult): TableData => ({
  head: ['API keys', 'node', 'key', 'API calls', 'new joins'],
  rows: (keyRotation?.answers ?? []).map(({ at, node, key, api, join }) => [
    signedTime(at - (faults[0]?.injectedAt ?? 0)),
    node,
    key,
    api,
    join,
  ]),
  left: [1, 2, 3, 4],
});

/** Conversations that were without their agent; a row for each. */
export const conversationTable = ({ recovery: { conversations } }: RepeatResult): TableData => ({
  head: ['conversation', 'silence', 'dead agent stayed', 'dispatched again', 'taken over by'],
  rows: conversations
    .filter(({ silenceMs, takenOverBy }) => silenceMs !== 0 || takenOverBy !== null)
    .map(({ room, agents, silenceMs, takenOverBy, deadAgentMs, dispatchedAgain }) => [
      shorten(room, MAX_METRIC),
      agents.length === 0 ? 'no agent' : formatQuantile(silenceMs),
      deadAgentMs === null ? '–' : formatRecoveryTime(deadAgentMs),
      dispatchedAgain === 0 ? '–' : formatCount(dispatchedAgain),
      shorten(takenOverBy ?? 'none', MAX_METRIC),
    ]),
  left: [0, 4],
});

const STATE: Record<StateContinuity['kind'], string> = {
  room: 'rooms with metadata',
  participant: 'participants with attributes',
  dispatch: 'agent dispatches',
  ingress: 'ingresses',
  sip_trunk: 'SIP trunks',
  mark: 'rooms created all the time',
};

/** State that was written before or during the faults, and what is left of it. */
export const stateTable = ({ recovery: { continuity } }: RepeatResult): TableData => ({
  head: ['state', 'written', 'lost', 'changed', 'deleted and back', ''],
  rows: (continuity?.state ?? []).map(({ kind, written, lost, changed, returned, failure }) => [
    STATE[kind],
    formatCount(written),
    formatCount(lost),
    formatCount(changed),
    formatCount(returned),
    failure === null ? '' : shorten(failure, MAX_REASON),
  ]),
  left: [0, 5],
});

const figuresOf = (came: readonly JoinProbeResult[]): string[] => {
  const joined = came.filter(({ failure }) => failure === null);
  const found = joined.filter(
    ({ remoteParticipants, expectedParticipants, receivingFrom, publishing }) =>
      remoteParticipants >= expectedParticipants && receivingFrom >= publishing,
  );
  const worst =
    joined.length === 0 ? null : Math.max(...joined.map(({ joinTimeMs }) => joinTimeMs ?? 0));
  return [
    String(came.length),
    String(joined.length),
    formatMs(worst),
    `${found.length} of ${joined.length}`,
  ];
};

/** Spread of the times to recover over the repeats. */
export const spreadTable = ({
  spread,
  repeats,
}: Pick<DrillResult, 'spread' | 'repeats'>): TableData => ({
  head: [`over ${plural(repeats.length, 'repeat')}`, 'min', 'median', 'max'],
  rows: (
    [
      ['time to recover p50', spread.timeToRecoverP50],
      ['time to recover max', spread.timeToRecoverMax],
    ] as const
  ).flatMap(([name, figures]) =>
    figures === null
      ? []
      : [
          [
            name,
            formatRecoveryTime(figures.min),
            formatRecoveryTime(figures.median),
            formatRecoveryTime(figures.max),
          ],
        ],
  ),
  left: [0],
});
