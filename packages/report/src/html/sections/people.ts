import type { People, Person, RoomStanding } from '@livekit-swarm/analysis';
import { formatMs, formatNumber, formatShare } from '../../format.ts';
import { clock } from '../clock.ts';
import type { HtmlInput } from '../html-input.ts';
import { cellName, html, type Markup } from '../markup.ts';
import { outcomeOf } from '../outcome.ts';
import { storySection } from './stories.ts';

/** Rows before somebody asks for more. */
const FIRST_ROWS = 15;
const FIRST_ROOMS = 8;

/** Who had it worst: rooms, participants, and what happened to them. */
export const peopleSection = (input: HtmlInput): Markup | null => {
  const { people } = input;
  if (people === null || people.people.length === 0) return null;
  return html`<section id="people" aria-labelledby="people-title">
<div class="head"><h2 id="people-title">People</h2><p class="note">Worst first: never in, thrown out, tracks that never came, tracks that stopped, loss, freezes, latency.</p></div>
${people.roomsInAll > 1 && roomTable(people)}
${personTable(people)}
${storySection(people, runLength(input))}
</section>`;
};

export const runLength = ({ summary, history }: HtmlInput): number =>
  Math.max(
    1,
    summary.end?.at ?? 0,
    history === null ? summary.plan.endAtMs : history.steps * history.stepMs,
  );

const roomTable = ({
  rooms,
  roomsInAll,
}: People): Markup => html`<div class="card"><h3 id="rooms-title">Rooms <small>${
  rooms.length < roomsInAll
    ? `the worst ${formatNumber(rooms.length)} of ${formatNumber(roomsInAll)}`
    : formatNumber(roomsInAll)
}</small></h3>
<div class="scroll" tabindex="0" role="region" aria-labelledby="rooms-title"><table class="sortable" data-first="${FIRST_ROOMS}"><thead><tr>${heads(
  ['Room', 'name'],
  ['People', 'n'],
  ['Not in', 'n'],
  ['Dropped', 'n'],
  ['Missing', 'n'],
  ['Stalled', 'n'],
  ['Loss', 'n'],
  ['Jitter', 'n'],
  ['Latency p95', 'n'],
  ['Longest freeze', 'n'],
  ['Came back', 'n'],
)}</tr></thead><tbody>${rooms.map(roomRow)}</tbody></table></div></div>`;

const roomRow = (room: RoomStanding, index: number): Markup =>
  html`<tr${index >= FIRST_ROOMS && html` hidden`}><th scope="row">${cellName(room.room)}</th>${[
    count(room.people, false),
    count(room.failed),
    count(room.dropped),
    ...mediaCells(room),
    count(room.reconnects, false),
  ]}</tr>`;

const personTable = ({
  people,
  peopleInAll,
}: People): Markup => html`<div class="card"><h3 id="participants-title">Participants <small>${
  people.length < peopleInAll
    ? `the worst ${formatNumber(people.length)} of ${formatNumber(peopleInAll)}`
    : formatNumber(peopleInAll)
}</small></h3>
<p class="find" hidden><label for="find">Find</label> <input id="find" type="search" placeholder="name, room, role, reason" autocomplete="off" spellcheck="false"> <output for="find" aria-live="polite"></output></p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="participants-title"><table class="sortable" id="participants" data-first="${FIRST_ROWS}"><thead><tr>${heads(
  ['Participant', 'name'],
  ['Room', 'name'],
  ['Role', 'name'],
  ['Came to', 'name'],
  ['Due', 'n'],
  ['Joined', 'n'],
  ['First media', 'n'],
  ['Missing', 'n'],
  ['Stalled', 'n'],
  ['Loss', 'n'],
  ['Jitter', 'n'],
  ['Latency p95', 'n'],
  ['Longest freeze', 'n'],
  ['Came back', 'n'],
)}</tr></thead><tbody>${people.map(personRow)}</tbody></table></div></div>`;

const personRow = (person: Person, index: number): Markup =>
  html`<tr${index >= FIRST_ROWS && html` hidden`}><th scope="row">${cellName(person.identity)}</th><td>${cellName(person.room)}</td><td>${cellName(person.role)}</td><td${person.outcome !== 'left' && html` class="bad"`}>${outcomeOf(person)}${
    person.reason !== null &&
    person.outcome !== 'left' &&
    html` <span class="dim">${cellName(person.reason)}</span>`
  }</td>${[
    cell(person.dueAt, clock(person.dueAt)),
    cell(person.joinMs, formatMs(person.joinMs)),
    cell(person.firstMediaMs, formatMs(person.firstMediaMs)),
    ...mediaCells(person),
    count(person.reconnects, false),
  ]}</tr>`;

type Media = Pick<
  Person,
  'missing' | 'stalled' | 'loss' | 'jitterMs' | 'latencyP95Ms' | 'longestGapMs'
>;

const mediaCells = (one: Media): Markup[] => [
  count(one.missing),
  count(one.stalled),
  cell(one.loss, formatShare(one.loss)),
  cell(one.jitterMs, formatMs(one.jitterMs)),
  cell(one.latencyP95Ms, formatMs(one.latencyP95Ms)),
  cell(one.longestGapMs || null, formatMs(one.longestGapMs || null)),
];

/** The figure behind the text is what columns are sorted by. */
const cell = (value: number | null, text: string, tone = ''): Markup =>
  html`<td class="n${tone}" data-v="${value === null ? '' : Number(value.toPrecision(6))}">${text}</td>`;

const count = (times: number, worrying = true): Markup =>
  cell(times, formatNumber(times), times > 0 && worrying ? ' bad' : '');

/** Headings that sort; without the script they are headings only. */
const heads = (...columns: [title: string, kind: 'name' | 'n'][]): Markup[] =>
  columns.map(
    ([title, kind]) => html`<th scope="col"${kind === 'n' && html` class="n"`}>${title}</th>`,
  );
