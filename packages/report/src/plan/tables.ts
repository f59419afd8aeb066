import { formatDuration, formatNumber, plural } from '@livekit-swarm/settings';
import type { TableData } from '../text-layout.ts';
import { type PlannedTurn, type PlanView, plannedParts, turnsOf } from './plan-view.ts';

const clock = (ms: number): string => (ms === 0 ? '0s' : formatDuration(ms));

/** Maximum load of each part of the run. */
export const partTable = (view: PlanView): TableData => ({
  head: [
    'at most',
    'when',
    'rooms',
    'participants',
    'tracks ↑',
    '↓',
    'packets/s ↑',
    '↓',
    'Mbit/s ↑',
    '↓',
  ],
  rows: plannedParts(view).map(({ name, fromMs, toMs, most }) => [
    name,
    `${clock(fromMs)} – ${clock(toMs)}`,
    ...[
      most.rooms,
      most.participants,
      most.tracksUp,
      most.tracksDown,
      Math.round(most.packetsUp),
      Math.round(most.packetsDown),
    ].map(formatNumber),
    ...[most.bitsUp, most.bitsDown].map((bits) => formatNumber(bits / 1e6)),
  ]),
  left: [0, 1],
});

/** Turns of the first room that are shown. */
const SHOWN_TURNS = 8;

/** First turns of a conversation, and how many there are. */
interface TurnSummary {
  title: string;
  table: TableData;
  /** Turns that the table leaves out. */
  more: number;
}

/** Turns of the first room; null: participants do not take turns. */
export const turnSummary = ({ plan }: PlanView): TurnSummary | null => {
  const turns = turnsOf(plan);
  const [first] = turns;
  if (first === undefined) return null;
  const here = turns.filter(({ room }) => room === first.room);
  const rows = here
    .slice(0, SHOWN_TURNS)
    .map(({ identity, fromMs, toMs }) => [identity, `${seconds(fromMs)} – ${seconds(toMs)}`]);
  return {
    title: `${extentOf(turns)}; the first of ${first.room}`,
    table: { head: ['identity', 'speaks'], rows, left: [0, 1] },
    more: here.length - rows.length,
  };
};

const extentOf = (turns: readonly PlannedTurn[]): string => {
  const rooms = new Set(turns.map(({ room }) => room)).size;
  const meanMs = turns.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0) / turns.length;
  return `${plural(turns.length, 'turn')} in ${plural(rooms, 'room')}, ${seconds(meanMs)} each on average`;
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)}s`;
