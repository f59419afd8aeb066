import type { ParticipantRecovery, Strip } from '@livekit-swarm/chaos';
import { preciseClock } from '../../html/clock.ts';
import { html, type Markup, name, said } from '../../html/markup.ts';
import { percent } from '../../html/svg/percent.ts';

/** What the strips mean. Whom somebody hears is told by their shape as well as by their colour. */
export const HEARING_KEYS = (
  [
    ['hears-all', 'hears everybody'],
    ['hears-some', 'hears some'],
    ['hears-none', 'hears nobody'],
    ['signal-lost', 'its signal connection is lost'],
    ['signal-out', 'disconnected'],
    ['fault', 'fault'],
  ] as const
).map(
  ([look, words]) => html`<span class="means"><span class="chip ${look}"></span>${words}</span> `,
);

/** More turns than these are noise: the last one stands for all that follow. */
const MOST_PARTS = 60;

/** What somebody heard, from when it came to when it left. */
export const strip = (person: ParticipantRecovery, endAt: number): Markup => {
  const parts = person.strip.slice(0, MOST_PARTS);
  return html`<div class="row"><span class="who">${name(shortName(person))}</span><svg role="img" aria-label="${sentence(person)}">${parts.map((part) => stretch(part, endAt))}</svg></div>`;
};

/** What there is room for beside a strip. */
const LONGEST_NAME = 12;

/** Identities begin with their room's run: the end tells them apart. */
const shortName = ({ identity }: ParticipantRecovery): string => {
  const end = identity.split('-').slice(-2).join('-');
  const signs = [...end];
  return signs.length > LONGEST_NAME ? `…${signs.slice(1 - LONGEST_NAME).join('')}` : end;
};

/** Height and top of a bar in a row of 18 pixels. */
const SHAPES = { all: [9, 3], some: [5, 7], none: [7, 4] } as const;

const stretch = ({ fromAt, toAt, hears, signal }: Strip, endAt: number): Markup => {
  const x = percent(fromAt, endAt);
  const width = percent(toAt - fromAt, endAt);
  const [height, y] = SHAPES[hears];
  const title = html`<title>${preciseClock(fromAt)}–${preciseClock(toAt)}: hears ${HEARS[hears]}${signal !== 'up' && `, ${SIGNAL[signal]}`}</title>`;
  return html`<rect class="hears-${hears}" x="${x}" width="${width}" y="${y}" height="${height}">${title}</rect>${
    signal !== 'up' &&
    html`<rect class="signal-${signal}" x="${x}" width="${width}" y="14" height="3"/>`
  }`;
};

const HEARS = { all: 'everybody', some: 'some', none: 'nobody' } as const;
const SIGNAL = { lost: 'signal connection lost', out: 'disconnected', up: '' } as const;

const sentence = ({ identity, strip: parts, recoveredAfterMs }: ParticipantRecovery): string => {
  const who = said(identity);
  if (parts.length === 0) return `${who} was never in`;
  const silent = stretchesOf(parts.filter(({ hears }) => hears !== 'all')).map(
    ({ fromAt, toAt }) => `${preciseClock(fromAt)} to ${preciseClock(toAt)}`,
  );
  if (silent.length === 0) return `${who} heard everybody all the time`;
  return `${who} did not hear everybody from ${silent.slice(0, 5).join(', ')}${recoveredAfterMs === null ? ', and not at the end' : ''}`;
};

/** Those that follow each other without a hole are one. */
const stretchesOf = (parts: readonly Strip[]): { fromAt: number; toAt: number }[] => {
  const whole: { fromAt: number; toAt: number }[] = [];
  for (const { fromAt, toAt } of parts) {
    const last = whole.at(-1);
    if (last?.toAt === fromAt) last.toAt = toAt;
    else whole.push({ fromAt, toAt });
  }
  return whole;
};
