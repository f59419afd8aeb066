import { dirname } from 'node:path';
import type {
  AffectedParticipant,
  ParticipantHistories,
  ParticipantHistory,
  RoomSummary,
} from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { clock, formatMs, formatShare } from '../../../format.ts';
import { cellName, html, type Markup } from '../../../html/markup.ts';
import type { HtmlInput } from '../../report-input.ts';
import { outcomeText } from '../../tables.ts';
import { sessionsData } from './sessions.ts';
import { timelineSection } from './timelines.ts';

/** Rows that are shown until more are asked for. */
const FIRST_ROWS = 15;
const FIRST_ROOMS = 8;

/** Rooms and participants, most affected first, and what happened to them. */
export const participantsSection = (input: HtmlInput): Markup | null => {
  const { participants } = input;
  if (participants === null || participants.participants.length === 0) return null;
  return html`<section id="participants" aria-labelledby="participants-heading">
<div class="head"><h2 id="participants-heading">Participants</h2><p class="note">Most affected first: join failed, disconnected, missing tracks, stalled tracks, packet loss, interruptions, latency. A name opens all of that participant or room.</p></div>
<div class="card one" id="one" tabindex="-1" role="region" aria-labelledby="one-title" hidden></div>
${participants.roomCount > 1 && roomTable(participants)}
${participantTable(participants)}
${timelineSection(participants, runLength(input))}
<script type="application/json" id="sessions">${sessionsData(participants, runLength(input), recordOf(input))}</script>
</section>`;
};

/** Folder of the record, as `swarm report` takes it. */
const recordOf = ({ recordPath }: HtmlInput): string | null =>
  recordPath === null ? null : dirname(recordPath);

export const runLength = ({ summary, history }: HtmlInput): number =>
  Math.max(
    1,
    summary.end?.at ?? 0,
    history === null ? summary.plan.endAtMs : history.steps * history.stepMs,
  );

const roomTable = ({
  rooms,
  roomCount,
}: ParticipantHistories): Markup => html`<div class="card"><h3 id="rooms-title">Rooms <small>${
  rooms.length < roomCount
    ? `the ${formatNumber(rooms.length)} most affected of ${formatNumber(roomCount)}`
    : formatNumber(roomCount)
}</small></h3>
<div class="scroll" tabindex="0" role="region" aria-labelledby="rooms-title"><table class="sortable" id="room-table" data-first="${FIRST_ROOMS}"><thead><tr>${heads(
  ['Room', 'name'],
  ['Participants', 'n'],
  ['Join failed', 'n'],
  ['Disconnected', 'n'],
  ['Missing', 'n'],
  ['Stalled', 'n'],
  ['Loss', 'n'],
  ['Jitter', 'n'],
  ['Latency p95', 'n'],
  ['Longest interruption', 'n'],
  ['Reconnects', 'n'],
)}</tr></thead><tbody>${rooms.map(roomRow)}</tbody></table></div></div>`;

const roomRow = (room: RoomSummary, index: number): Markup =>
  html`<tr${index >= FIRST_ROOMS && html` hidden`}><th scope="row">${cellName(room.room)}</th>${[
    count(room.participants, false),
    count(room.joinsFailed),
    count(room.disconnected),
    ...mediaCells(room),
    count(room.reconnects, false),
  ]}</tr>`;

const participantTable = ({
  participants,
  participantCount,
}: ParticipantHistories): Markup => html`<div class="card"><h3 id="participants-title">All participants <small>${
  participants.length < participantCount
    ? `the ${formatNumber(participants.length)} most affected of ${formatNumber(participantCount)}`
    : formatNumber(participantCount)
}</small></h3>
<p class="find" hidden><label for="find">Find</label> <input id="find" type="search" placeholder="name, room, role, reason" autocomplete="off" spellcheck="false"> <output for="find" aria-live="polite"></output></p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="participants-title"><table class="sortable" id="participant-table" data-first="${FIRST_ROWS}"><thead><tr>${heads(
  ['Participant', 'name'],
  ['Room', 'name'],
  ['Role', 'name'],
  ['Outcome', 'name'],
  ['Scheduled', 'n'],
  ['Joined', 'n'],
  ['First media', 'n'],
  ['Missing', 'n'],
  ['Stalled', 'n'],
  ['Loss', 'n'],
  ['Jitter', 'n'],
  ['Latency p95', 'n'],
  ['Longest interruption', 'n'],
  ['Reconnects', 'n'],
)}</tr></thead><tbody>${participants.map(participantRow)}</tbody></table></div></div>`;

const participantRow = (participant: ParticipantHistory, index: number): Markup =>
  html`<tr${index >= FIRST_ROWS && html` hidden`}><th scope="row">${cellName(participant.identity)}</th><td>${cellName(participant.room)}</td><td>${cellName(participant.role)}</td><td${participant.outcome !== 'left' && html` class="bad"`}>${outcomeText(participant)}${
    participant.reason !== null &&
    participant.outcome !== 'left' &&
    html` <span class="dim">${cellName(participant.reason)}</span>`
  }</td>${[
    cell(participant.scheduledAt, clock(participant.scheduledAt)),
    cell(participant.joinTimeMs, formatMs(participant.joinTimeMs)),
    cell(participant.firstMediaMs, formatMs(participant.firstMediaMs)),
    ...mediaCells(participant),
    count(participant.reconnects, false),
  ]}</tr>`;

type Media = Pick<
  AffectedParticipant,
  'missing' | 'stalled' | 'loss' | 'jitterMs' | 'latencyP95Ms' | 'longestInterruptionMs'
>;

const mediaCells = (one: Media): Markup[] => [
  count(one.missing),
  count(one.stalled),
  cell(one.loss, formatShare(one.loss)),
  cell(one.jitterMs, formatMs(one.jitterMs)),
  cell(one.latencyP95Ms, formatMs(one.latencyP95Ms)),
  cell(one.longestInterruptionMs || null, formatMs(one.longestInterruptionMs || null)),
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
