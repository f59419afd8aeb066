import type {
  ParticipantRecovery,
  Recovery,
  RepeatResult,
  RoomRecovery,
} from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { preciseClock } from '../../html/clock.ts';
import { html, type Markup, name } from '../../html/markup.ts';
import { percent } from '../../html/svg/percent.ts';
import { bands } from './bands.ts';
import { clusterLanes } from './cluster-lanes.ts';
import { partLabel } from './part-label.ts';
import { secondLanes } from './second-lanes.ts';
import { HEARING_KEYS, strip } from './strip.ts';

/** Strips of a whole page: more than anybody looks through. At least so many for each repeat. */
const MOST_STRIPS = 480;
const MOST_OF_ONE = 240;
const LEAST_STRIPS = 60;

interface RoomStory {
  facts: RoomRecovery;
  people: readonly ParticipantRecovery[];
  /** Everybody heard everybody all the time, and no connection was lost. */
  calm: boolean;
}

/** A strip for each participant, with the faults drawn behind all of them, and what the cluster looked like underneath. @param of repeats on the page */
export const timeline = (
  { recovery, seconds, number }: RepeatResult,
  of: number,
): Markup | null => {
  const endAt = Math.max(
    0,
    ...recovery.participants.map(({ strip: parts }) => parts.at(-1)?.toAt ?? 0),
  );
  if (endAt === 0) return null;
  const stories = storiesOf(recovery);
  const stirred = stories.filter(({ calm }) => !calm);
  const calm = stories.filter((story) => story.calm);
  const shown = within(
    stirred,
    Math.min(MOST_OF_ONE, Math.max(LEAST_STRIPS, Math.floor(MOST_STRIPS / of))),
  );
  const left = stirred.slice(shown.length);
  return html`<h3>Who heard whom, and when</h3>
<p class="keys note">${HEARING_KEYS}</p>
<div class="timeline" role="group" aria-label="${partLabel('A strip for each participant', { number }, of)}">
${bands(recovery, endAt)}
${axis(endAt)}
${shown.map((story) => roomStrips(story, endAt))}
${left.length > 0 && html`<p class="room dim">… and ${plural(left.length, 'room')} more, in which ${plural(peopleIn(left), 'participant')} fell silent or lost a connection, too: see drill.json</p>`}
${calm.length > 0 && calmRooms(calm, endAt)}
${secondLanes(seconds, endAt)}
${clusterLanes(recovery, endAt)}
${axis(endAt)}
</div>`;
};

const peopleIn = (stories: readonly RoomStory[]): number =>
  stories.reduce((sum, { people }) => sum + people.length, 0);

/** What is worst comes first. */
const storiesOf = ({ rooms, participants }: Recovery): RoomStory[] => {
  const byRoom = Map.groupBy(participants, ({ room }) => room);
  return rooms
    .map((facts): RoomStory => {
      const people = (byRoom.get(facts.room) ?? []).toSorted((a, b) =>
        compare(a.identity, b.identity),
      );
      const calm = people.every(({ strip: parts }) =>
        parts.every(({ hears, signal }) => hears === 'all' && signal === 'up'),
      );
      return { facts, people, calm };
    })
    .sort((a, b) => rank(a.facts) - rank(b.facts) || compare(a.facts.room, b.facts.room));
};

const rank = ({ lost, splitBrain, control }: RoomRecovery): number =>
  lost || splitBrain ? 0 : control ? 2 : 1;

/** `room-9` before `room-10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

/** Whole rooms, as long as there is room for their people; one in any case. */
const within = (stories: readonly RoomStory[], most: number): RoomStory[] => {
  let strips = 0;
  return stories.filter(({ people }, index) => {
    strips += people.length;
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

const roomStrips = ({ facts, people }: RoomStory, endAt: number): Markup => {
  const { room, control, splitBrain, lost } = facts;
  const what = splitBrain
    ? 'split brain'
    : lost
      ? 'lost: nobody hears anybody'
      : control
        ? 'control'
        : 'hit';
  const tone = splitBrain || lost ? 'bad' : 'dim';
  return html`<p class="room">${name(room)} <span class="${tone}">${what}</span></p>${people.slice(0, MOST_OF_ONE).map((person) => strip(person, endAt))}`;
};

/** More names than these are a list that nobody reads. */
const MOST_CALM = 40;

/** All of them looked the same: one strip says it. */
const calmRooms = (stories: readonly RoomStory[], endAt: number): Markup => {
  const fromAt = Math.min(
    ...stories.flatMap(({ people }) => people.flatMap(({ strip: [first] }) => first?.fromAt ?? [])),
  );
  const control = stories.filter(({ facts }) => facts.control).length;
  const what =
    control === stories.length ? 'control' : `${control} control, ${stories.length - control} hit`;
  return html`<details class="calm"><summary>${plural(stories.length, 'room')} in which nobody noticed anything <span class="dim">${what}</span></summary><p class="note">${stories.slice(0, MOST_CALM).map(({ facts: { room } }) => html`${name(room)} `)}${stories.length > MOST_CALM && `… and ${stories.length - MOST_CALM} more`}</p></details>
<div class="row"><span class="who">${plural(peopleIn(stories), 'participant')}</span><svg role="img" aria-label="They heard everybody all the time">${Number.isFinite(fromAt) && html`<rect class="hears-all" x="${percent(fromAt, endAt)}" width="${percent(endAt - fromAt, endAt)}" y="3" height="9"/>`}</svg></div>`;
};
