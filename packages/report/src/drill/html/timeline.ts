import type {
  ParticipantRecovery,
  Recovery,
  RepeatResult,
  RoomRecovery,
} from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { preciseClock } from '../../format.ts';
import { html, type Markup, name, percent } from '../../html/markup.ts';
import { clusterLanes, secondLanes } from './lanes.ts';
import { participantTimeline, RECEPTION_KEYS } from './strip.ts';
import { partLabel } from './tables.ts';

/** Limits on the timelines of a page and of a repeat, and their minimum for each repeat. */
const MAX_TIMELINES = 480;
const MAX_PER_REPEAT = 240;
const MIN_TIMELINES = 60;

interface RoomTimeline {
  facts: RoomRecovery;
  participants: readonly ParticipantRecovery[];
  /** True without an interruption and without a lost connection. */
  calm: boolean;
}

/**
 * A timeline for each participant with the faults behind them, and the deployment below.
 * @param of repeats on the page
 */
export const timeline = (
  { recovery, seconds, number }: RepeatResult,
  of: number,
): Markup | null => {
  const endAt = Math.max(
    0,
    ...recovery.participants.map(({ intervals: parts }) => parts.at(-1)?.toAt ?? 0),
  );
  if (endAt === 0) return null;
  const timelines = roomTimelines(recovery);
  const affected = timelines.filter(({ calm }) => !calm);
  const calm = timelines.filter((one) => one.calm);
  const shown = within(
    affected,
    Math.min(MAX_PER_REPEAT, Math.max(MIN_TIMELINES, Math.floor(MAX_TIMELINES / of))),
  );
  const left = affected.slice(shown.length);
  return html`<h3>Media and connections by participant</h3>
<p class="keys note">${RECEPTION_KEYS}</p>
<div class="timeline" role="group" aria-label="${partLabel('A timeline for each participant', { number }, of)}">
${bands(recovery, endAt)}
${axis(endAt)}
${shown.map((story) => roomStrips(story, endAt))}
${left.length > 0 && html`<p class="room dim">… and ${plural(left.length, 'room')} more, in which ${plural(participantsIn(left), 'participant')} were interrupted or lost their connection: see drill.json</p>`}
${calm.length > 0 && calmRooms(calm, endAt)}
${secondLanes(seconds, endAt)}
${clusterLanes(recovery, endAt)}
${axis(endAt)}
</div>`;
};

const participantsIn = (timelines: readonly RoomTimeline[]): number =>
  timelines.reduce((sum, { participants }) => sum + participants.length, 0);

/** Timelines of rooms, most severe first. */
const roomTimelines = ({ rooms, participants }: Recovery): RoomTimeline[] => {
  const byRoom = Map.groupBy(participants, ({ room }) => room);
  return rooms
    .map((facts): RoomTimeline => {
      const participants = (byRoom.get(facts.room) ?? []).toSorted((a, b) =>
        compare(a.identity, b.identity),
      );
      const calm = participants.every(({ intervals: parts }) =>
        parts.every(({ receiving, signal }) => receiving === 'all' && signal === 'connected'),
      );
      return { facts, participants, calm };
    })
    .sort((a, b) => rank(a.facts) - rank(b.facts) || compare(a.facts.room, b.facts.room));
};

const rank = ({ withoutMedia, splitBrain, controlGroup }: RoomRecovery): number =>
  withoutMedia || splitBrain ? 0 : controlGroup ? 2 : 1;

/** `room-9` before `room-10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

/** Keep whole rooms up to a number of strips; at least one room. */
const within = (timelines: readonly RoomTimeline[], most: number): RoomTimeline[] => {
  let strips = 0;
  return timelines.filter(({ participants }, index) => {
    strips += participants.length;
    return strips <= most || index === 0;
  });
};

const TICKS = 8;
const STEPS_MS = [
  1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** Times to the left of their lines: round ones, at most eight. */
const axis = (endAt: number): Markup => {
  const step = STEPS_MS.find((ms) => endAt / ms <= TICKS) ?? endAt / TICKS;
  const ticks = Array.from({ length: Math.floor(endAt / step) }, (_, index) => (index + 1) * step);
  return html`<div class="row axis"><span class="who"></span><svg aria-hidden="true">${ticks.map(
    (at) => {
      const x = percent(at, endAt);
      return html`<line x1="${x}" x2="${x}" y1="0" y2="100%"/><text x="${x}" dx="-4" y="14">${preciseClock(at).replace(/\.0$/, '')}</text>`;
    },
  )}</svg></div>`;
};

const roomStrips = ({ facts, participants }: RoomTimeline, endAt: number): Markup => {
  const { room, controlGroup, splitBrain, withoutMedia } = facts;
  const what = splitBrain
    ? 'split brain'
    : withoutMedia
      ? 'no media'
      : controlGroup
        ? 'control group'
        : 'affected';
  const tone = splitBrain || withoutMedia ? 'bad' : 'dim';
  return html`<p class="room">${name(room)} <span class="${tone}">${what}</span></p>${participants.slice(0, MAX_PER_REPEAT).map((participant) => participantTimeline(participant, endAt))}`;
};

/** Most names of calm rooms that are listed. */
const MAX_CALM = 40;

/** One bar for all calm rooms. */
const calmRooms = (timelines: readonly RoomTimeline[], endAt: number): Markup => {
  const fromAt = Math.min(
    ...timelines.flatMap(({ participants }) =>
      participants.flatMap(({ intervals: [first] }) => first?.fromAt ?? []),
    ),
  );
  const control = timelines.filter(({ facts }) => facts.controlGroup).length;
  const what =
    control === timelines.length
      ? 'control group'
      : `${control} control group, ${timelines.length - control} affected`;
  return html`<details class="calm"><summary>${plural(timelines.length, 'room')} without interruption <span class="dim">${what}</span></summary><p class="note">${timelines.slice(0, MAX_CALM).map(({ facts: { room } }) => html`${name(room)} `)}${timelines.length > MAX_CALM && `… and ${timelines.length - MAX_CALM} more`}</p></details>
<div class="row"><span class="who">${plural(participantsIn(timelines), 'participant')}</span><svg role="img" aria-label="All media was received">${Number.isFinite(fromAt) && html`<rect class="receiving-all" x="${percent(fromAt, endAt)}" width="${percent(endAt - fromAt, endAt)}" y="3" height="9"/>`}</svg></div>`;
};

/** A fault that ends on its own has no length; it must be visible. */
const LEAST_SHARE = 1 / 500;

/**
 * Faults behind all rows, from injection to rollback, else to the end; paler once all media is
 * received again, although the fault lasts.
 */
export const bands = (
  { faults, participants }: Pick<Recovery, 'faults' | 'participants'>,
  endAt: number,
): Markup => {
  const recoveredAt = recoveryOf(participants);
  return html`<svg class="bands" aria-hidden="true">${faults
    .slice(0, MOST_BANDS)
    .map(({ injectedAt, rolledBackAt }) => {
      const toAt = Math.max(rolledBackAt ?? endAt, injectedAt + endAt * LEAST_SHARE);
      const paleAt =
        recoveredAt !== null && recoveredAt > injectedAt ? Math.min(recoveredAt, toAt) : toAt;
      return html`${band('fault', injectedAt, paleAt, endAt)}${paleAt < toAt && band('fault recovered', paleAt, toAt, endAt)}<line class="fault" x1="${percent(injectedAt, endAt)}" x2="${percent(injectedAt, endAt)}" y1="0" y2="100%"/>`;
    })}</svg>`;
};

const band = (look: string, fromAt: number, toAt: number, endAt: number): Markup =>
  html`<rect class="${look}" x="${percent(fromAt, endAt)}" width="${percent(toAt - fromAt, endAt)}" height="100%"/>`;

/**
 * Moment from which every participant receives all media again; null: one never does, or none was
 * interrupted.
 */
const recoveryOf = (participants: readonly ParticipantRecovery[]): number | null => {
  const ends = participants.flatMap(({ intervals }) =>
    intervals.flatMap(({ receiving, toAt }, index) =>
      receiving === 'all' ? [] : [index === intervals.length - 1 ? null : toAt],
    ),
  );
  const known = ends.filter((at) => at !== null);
  return known.length === 0 || known.length < ends.length ? null : Math.max(...known);
};

const MOST_BANDS = 100;
