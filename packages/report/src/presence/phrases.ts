import type { Finding, OrderClock, SessionEnd, Subject } from '@livekit-swarm/presence';
import { formatNumber, plural } from '@livekit-swarm/settings';
import { formatMs, formatTime } from '../format.ts';
import type { TableData } from '../text-layout.ts';
import type { PresenceResult } from './presence-result.ts';

const ENDS: Readonly<Record<SessionEnd, string>> = {
  left: 'had left',
  vanished: 'had gone without a word',
  lost: 'had lost its connection',
};

const CLOCKS: Readonly<Record<OrderClock, string>> = {
  arrival: 'it arrived',
  creation: 'it is dated',
  both: 'it arrived and is dated',
};

/** Sentence on a finding; times count from the start of the run. */
export const findingText = (finding: Finding): string => {
  switch (finding.code) {
    case 'missed':
      return `${atText(finding.atMs)}${subjectText(finding)} was not reported`;
    case 'delivered_again':
      return `${atText(finding.atMs)}${subjectText(finding)} was delivered ${finding.times === 1 ? 'once more' : `${formatNumber(finding.times)} times more`}, with the same id`;
    case 'repeated':
      return `${atText(finding.atMs)}${subjectText(finding)} was reported by a second event, with an id of its own`;
    case 'unexpected':
      return `${atText(finding.atMs)}${subjectText(finding)} was reported of a session that the participant never had`;
    case 'out_of_order':
      return `${atText(finding.atMs)}${subjectText(finding)}: ${CLOCKS[finding.by]} after ${finding.after}`;
    case 'unlisted':
      return `${atText(finding.fromMs)}${finding.identity} was connected, and the API did not list it in ${finding.room} for ${forText(finding)}`;
    case 'ghost':
      return `${atText(finding.fromMs)}${finding.identity} ${ENDS[finding.end]}, and the API still listed it in ${finding.room} for ${forText(finding)}`;
  }
};

const atText = (ms: number | null): string =>
  ms === null ? '' : `${formatTime(Math.max(0, ms))}: `;

const subjectText = ({ event, room, identity, track }: Subject): string =>
  `${event} of ${identity === null ? room : `${identity}${track === null ? '' : ` (${track})`} in ${room}`}`;

const forText = ({ forMs, isOver }: { forMs: number; isOver: boolean }): string =>
  `${formatMs(forMs)} or more${isOver ? '' : '; not over at the end'}`;

/** Kinds of findings in the order of a sentence. */
const KINDS: readonly (readonly [Finding['code'], string])[] = [
  ['missed', 'not reported'],
  ['delivered_again', 'delivered again'],
  ['repeated', 'reported twice'],
  ['unexpected', 'of no session'],
  ['out_of_order', 'out of order'],
  ['unlisted', 'not listed'],
  ['ghost', 'listed after the end'],
];

/** Counts of findings in a phrase. */
export const headlineText = ({ presence: { findings, sessions } }: PresenceResult): string => {
  if (sessions === 0) return 'No participant joined';
  const counts = KINDS.flatMap(([code, text]) => {
    const count = findings.filter((finding) => finding.code === code).length;
    return count === 0 ? [] : [`${formatNumber(count)} ${text}`];
  });
  return counts.length === 0 ? 'Webhooks and API agree with the participants' : counts.join(', ');
};

/** Sentence on load, webhooks and polls. */
export const loadText = ({ load, presence }: PresenceResult): string => {
  const { sessions, rooms, webhooks, polls } = presence;
  const others = webhooks.others === 0 ? '' : `, and ${formatNumber(webhooks.others)} about others`;
  const failed =
    polls.failed === 0 ? '' : `, and did not answer ${formatNumber(polls.failed)} times`;
  return `${load}: ${plural(sessions, 'session')} in ${plural(rooms, 'room')}. ${plural(webhooks.own, 'webhook')} arrived about them${others}; the API answered ${plural(polls.answered, 'time')}${failed}.`;
};

/** Reasons for which the result is not certain. */
export const doubtTexts = ({ presence, isImpaired }: PresenceResult): string[] => [
  ...(presence.sessions === 0 ? ['There was nothing to compare: no participant joined.'] : []),
  ...(presence.polls.answered === 0 && presence.polls.failed > 0
    ? ['The API never answered who is in a room: its lists were not compared.']
    : []),
  ...(isImpaired
    ? [
        'This host was slow: times may be too long, and a limit on them that is crossed proves nothing.',
      ]
    : []),
];

/** A row for each kind of event. */
export const eventTable = ({ presence: { events } }: PresenceResult): TableData => ({
  head: ['webhook', 'due', 'reported', 'again', 'delay p50', 'p95', 'max'],
  rows: events.map(({ event, due, reported, again, delay }) => [
    event,
    formatNumber(due),
    formatNumber(reported),
    formatNumber(again),
    formatMs(delay.quantile(0.5) ?? null),
    formatMs(delay.quantile(0.95) ?? null),
    formatMs(delay.max ?? null),
  ]),
  left: [0],
});
