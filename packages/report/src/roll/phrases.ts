import type { NodeChange, RollResult, RoomChange } from '@livekit-swarm/chaos/roll';
import { formatDuration, plural } from '@livekit-swarm/settings';
import { describeReasons, formatRecoveryTime } from '../drill/phrases.ts';
import { clock, formatShare } from '../format.ts';
import { MARKS, type TableData } from '../text-layout.ts';

const OUTCOMES: Record<RollResult['outcome'], string> = {
  rolled: 'every node has the new release',
  rolled_back: 'every node had the new release, and went back',
  undone: 'stopped and undone',
  not_rolled: 'not rolled',
};

/** `1.11.0 → 1.13.5: every node has the new release`. */
export const rollHeadline = ({ request: { from, to }, outcome }: RollResult): string =>
  `${from.label} → ${to.label}: ${OUTCOMES[outcome]}`;

/** `In place, drain of 30s, then sigkill; with rollback.` */
export const rollText = ({ request }: RollResult): string => {
  const { order, drainMs, end, rollback } = request;
  const how = order === 'surge' ? 'With a spare node' : 'In place';
  return `${how}, drain of ${formatDuration(drainMs)}, then ${end}${rollback ? '; rolled back afterwards' : ''}.`;
};

/** Figures of the whole roll, a sentence each. */
export const rollFigures = ({ nodes, mixedMs, rooms, joins }: RollResult): string[] => {
  const cut = (key: 'roomsCut' | 'participantsCut'): number =>
    nodes.reduce((sum, one) => sum + one[key], 0);
  const pairs = rooms.reduce((sum, { pairsInterrupted }) => sum + pairsInterrupted, 0);
  const all = rooms.reduce((sum, room) => sum + room.pairs, 0);
  return [
    `Mixed releases served for ${formatDuration(Math.round(mixedMs / 1_000) * 1_000)}.`,
    `Calls cut at the end of a drain: ${cut('roomsCut')}, with ${plural(cut('participantsCut'), 'participant')}.`,
    `Rooms on another node at the end: ${rooms.filter(({ moved }) => moved).length} of ${rooms.length}.`,
    `Pairs of participants whose media was interrupted: ${pairs} of ${all}.`,
    `Joins since the first drain: ${joins.attempted}, of which ${joins.failed} failed.`,
  ];
};

const PHASES: Record<NodeChange['phase'], string> = {
  forward: 'change',
  undo: 'undo',
  rollback: 'rollback',
};

/** Time between two steps; `–`: one of them did not happen. */
const between = (fromAt: number | null, toAt: number | null): string =>
  fromAt === null || toAt === null ? '–' : formatRecoveryTime(toAt - fromAt);

/** A row for each change of a node, in order. */
export const nodeTable = ({ nodes }: RollResult): TableData => ({
  head: [
    '',
    'node',
    '',
    'release',
    'begun',
    'drained in',
    'down for',
    'rooms before',
    'cut',
    'after',
    'pairs interrupted',
    'longest',
  ],
  rows: nodes.map((one) => [
    hasFailed(one) ? MARKS.failed : MARKS.passed,
    one.component,
    PHASES[one.phase],
    one.version ?? '–',
    one.drainingAt === null ? '–' : clock(one.drainingAt),
    one.cutAt === null ? between(one.drainingAt, one.stoppedAt) : 'not empty',
    between(one.stoppedAt, one.readyAt),
    String(one.roomsBefore),
    String(one.roomsCut),
    String(one.roomsAfter),
    String(one.pairsInterrupted),
    longestText(one),
  ]),
  left: [0, 1, 2, 3],
});

/** Longest interruption; `–`: none. */
const longestText = ({
  longestInterruptionMs: longest,
}: Pick<RoomChange, 'longestInterruptionMs'>): string =>
  longest === null ? 'not over' : longest === 0 ? '–' : formatRecoveryTime(longest);

/** Returns true for a node that did not start, or failed its gate. */
export const hasFailed = ({ checkFailed, version, readyAt }: NodeChange): boolean =>
  checkFailed !== null || (version !== null && readyAt === null);

/** Rooms with the longest interruptions first. */
const MAX_ROOMS = 20;

const worse = (room: RoomChange): number => room.longestInterruptionMs ?? Number.POSITIVE_INFINITY;

export const roomTable = ({ rooms }: RollResult): TableData => ({
  head: ['room', 'participants', 'pairs interrupted', 'longest', 'not recovered', 'moved'],
  rows: rooms
    .filter(({ pairsInterrupted, moved }) => pairsInterrupted > 0 || moved)
    .sort((a, b) => worse(b) - worse(a))
    .slice(0, MAX_ROOMS)
    .map((room) => [
      room.room,
      String(room.participants),
      `${room.pairsInterrupted} of ${room.pairs}`,
      longestText(room),
      String(room.pairsNotRecovered),
      room.moved ? 'yes' : 'no',
    ]),
  left: [0],
});

/** Calls that a drain of some length ends; without planned lengths, calls of usual ones. */
export const drainTable = (result: RollResult): TableData => {
  const { drain, request } = result;
  if (drain.lengths === null)
    return {
      head: ['length of calls', 'this drain ends', 'a drain that ends half', 'none'],
      rows: drain.byLength.map(({ lengthMs, cut }) => [
        formatDuration(lengthMs),
        formatShare(cut),
        formatDuration(lengthMs / 2),
        formatDuration(lengthMs),
      ]),
      left: [],
    };
  return {
    head: ['drain', 'calls in progress that it ends', ''],
    rows: drain.rows.map(({ drainMs, cut }) => [
      formatDuration(drainMs),
      formatShare(cut),
      drainMs === request.drainMs ? '← this roll' : '',
    ]),
    left: [0, 2],
  };
};

/** Lengths on which the table of drains is based. */
export const lengthsText = ({ drain: { lengths } }: RollResult): string => {
  const share = 'The share counts calls in progress at a random time.';
  return lengths === null
    ? `The calls of this load have no length of their own: they last until the end of the roll. ${share}`
    : `Calls are planned to last ${formatDuration(Math.round(lengths.medianMs))} (median), ${formatDuration(Math.round(lengths.maxMs))} at most. ${share}`;
};

export const backendTable = ({ backends }: RollResult): TableData => ({
  head: ['load balancer', 'healthy', 'not healthy'],
  rows: (backends ?? []).map(({ at, healthy, total, unhealthy = [] }) => [
    clock(at),
    `${healthy} of ${total}`,
    unhealthy.join(', '),
  ]),
  left: [0, 2],
});

export const rollReasons = ({ drill }: RollResult): string[] => describeReasons(drill);
