import type { ParticipantRecovery, StateInterval } from '@livekit-swarm/chaos';
import { preciseClock } from '../../format.ts';
import { html, type Markup, name, percent, untrusted } from '../../html/markup.ts';

/** Legend of the timelines: reception is shown by shape as well as by colour. */
export const RECEPTION_KEYS = (
  [
    ['receiving-all', 'receiving all media'],
    ['receiving-some', 'receiving some media'],
    ['receiving-none', 'receiving no media'],
    ['signal-reconnecting', 'signal connection lost'],
    ['signal-disconnected', 'disconnected'],
    ['fault', 'fault'],
  ] as const
).map(
  ([look, words]) => html`<span class="means"><span class="chip ${look}"></span>${words}</span> `,
);

/** Later intervals are not drawn. */
const MAX_PARTS = 60;

/** Reception and connection of one participant, from join to leave. */
export const participantTimeline = (person: ParticipantRecovery, endAt: number): Markup => {
  const parts = person.intervals.slice(0, MAX_PARTS);
  return html`<div class="row"><span class="who">${name(shortName(person))}</span><svg role="img" aria-label="${sentence(person)}">${parts.map((part) => stretch(part, endAt))}</svg></div>`;
};

/** Longest name that fits next to a timeline. */
const MAX_NAME = 12;

/** Identities begin with the name of their room: only the end differs. */
const shortName = ({ identity }: ParticipantRecovery): string => {
  const end = identity.split('-').slice(-2).join('-');
  const signs = [...end];
  return signs.length > MAX_NAME ? `…${signs.slice(1 - MAX_NAME).join('')}` : end;
};

/** Height and top of a bar in a row of 18 pixels. */
const SHAPES = { all: [9, 3], some: [5, 7], none: [7, 4] } as const;

const stretch = ({ fromAt, toAt, receiving, signal }: StateInterval, endAt: number): Markup => {
  const x = percent(fromAt, endAt);
  const width = percent(toAt - fromAt, endAt);
  const [height, y] = SHAPES[receiving];
  const title = html`<title>${preciseClock(fromAt)}–${preciseClock(toAt)}: receiving ${RECEIVING[receiving]}${signal !== 'connected' && `, ${SIGNAL[signal]}`}</title>`;
  return html`<rect class="receiving-${receiving}" x="${x}" width="${width}" y="${y}" height="${height}">${title}</rect>${
    signal !== 'connected' &&
    html`<line class="signal-${signal}" x1="${x}" x2="${percent(toAt, endAt)}" y1="15.5" y2="15.5"/>`
  }`;
};

const RECEIVING = { all: 'all media', some: 'some media', none: 'no media' } as const;
const SIGNAL = {
  connected: '',
  reconnecting: 'signal connection lost',
  disconnected: 'disconnected',
} as const;

const sentence = ({ identity, intervals: parts, timeToRecoverMs }: ParticipantRecovery): string => {
  const who = untrusted(identity);
  if (parts.length === 0) return `${who} never connected`;
  const silent = stretchesOf(parts.filter(({ receiving }) => receiving !== 'all')).map(
    ({ fromAt, toAt }) => `${preciseClock(fromAt)} to ${preciseClock(toAt)}`,
  );
  if (silent.length === 0) return `${who} received all media`;
  return `${who}: media missing from ${silent.slice(0, 5).join(', ')}${timeToRecoverMs === null ? ', and at the end' : ''}`;
};

/** Joins adjacent intervals. */
const stretchesOf = (parts: readonly StateInterval[]): { fromAt: number; toAt: number }[] => {
  const whole: { fromAt: number; toAt: number }[] = [];
  for (const { fromAt, toAt } of parts) {
    const last = whole.at(-1);
    if (last?.toAt === fromAt) last.toAt = toAt;
    else whole.push({ fromAt, toAt });
  }
  return whole;
};
