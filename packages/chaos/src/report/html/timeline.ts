import { html, type Markup, name, percent, preciseClock } from '@livekit-swarm/report/html';
import { type AlertSpan, alertSpans } from '../../measure/alert-spans.ts';
import type { RepeatResult } from '../../measure/drill-result.ts';
import type { ParticipantRecovery, Recovery, Strip } from '../../measure/recovery.ts';
import { sayAlert, sayComeback } from '../words.ts';
import { bands } from './bands.ts';
import { secondLanes } from './second-lanes.ts';

/** More strips than this are more than anybody looks through: rooms that were hit come first. */
const MOST_STRIPS = 240;

/** A strip for each participant, with the faults drawn through all of them, and what the cluster looked like underneath. */
export const timeline = ({ recovery, seconds }: RepeatResult): Markup | null => {
  const endAt = Math.max(0, ...recovery.participants.flatMap(({ strip }) => strip.map(({ toAt }) => toAt)));
  if (endAt === 0) return null;
  const sorted = recovery.participants.toSorted(
    (a, b) => Number(a.control) - Number(b.control) || a.room.localeCompare(b.room) || a.identity.localeCompare(b.identity),
  );
  const shown = sorted.slice(0, MOST_STRIPS);
  return html`<h3>Who heard whom, and when</h3>
<div class="timeline" role="group" aria-label="A strip for each participant">
${axis(recovery, endAt)}
${[...Map.groupBy(shown, ({ room }) => room)].map(([room, people]) => roomStrips(room, people, recovery, endAt))}
${secondLanes(seconds, recovery.faults, endAt)}
${lanes(recovery, endAt)}
</div>
${sorted.length > shown.length && html`<p class="note">… and ${sorted.length - shown.length} participants more.</p>`}
<p class="keys note"><span class="chip hears-all"></span> hears everybody <span class="chip hears-some"></span> hears some <span class="chip hears-none"></span> hears nobody <span class="chip signal-lost"></span> its signal connection is lost <span class="chip signal-out"></span> disconnected <span class="chip fault"></span> fault</p>`;
};

const axis = (recovery: Recovery, endAt: number): Markup =>
  html`<div class="row axis"><span class="who"></span><svg aria-hidden="true">${bands(recovery, endAt)}${ticks(endAt).map(
    (at) => html`<text x="${percent(at, endAt)}" y="14">${preciseClock(at).replace(/\.0$/, '')}</text>`,
  )}</svg></div>`;

const TICKS = 8;
const STEPS_MS = [1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000];

/** Round times, at most eight. */
const ticks = (endAt: number): number[] => {
  const step = STEPS_MS.find((ms) => endAt / ms <= TICKS) ?? endAt / TICKS;
  return Array.from({ length: Math.floor(endAt / step) }, (_, index) => (index + 1) * step);
};

const roomStrips = (room: string, people: readonly ParticipantRecovery[], recovery: Recovery, endAt: number): Markup => {
  const facts = recovery.rooms.find((one) => one.room === room);
  const what = facts === undefined || facts.control ? 'control' : facts.splitBrain ? 'split brain' : facts.lost ? 'lost' : 'hit';
  const tone = what === 'split brain' || what === 'lost' ? 'bad' : 'dim';
  return html`<p class="room">${name(room)} <span class="${tone}">${what}</span></p>${people.map((person) => strip(person, recovery, endAt))}`;
};

const strip = (person: ParticipantRecovery, recovery: Recovery, endAt: number): Markup =>
  html`<div class="row"><span class="who">${name(shortName(person))}</span><svg role="img" aria-label="${sentence(person)}">${bands(recovery, endAt)}${person.strip.map((part) => stretch(part, endAt))}</svg></div>`;

/** Identities begin with their room's run: the end tells them apart. */
const shortName = ({ identity }: ParticipantRecovery): string => identity.split('-').slice(-2).join('-');

const stretch = ({ fromAt, toAt, hears, signal }: Strip, endAt: number): Markup => {
  const x = percent(fromAt, endAt);
  const width = percent(toAt - fromAt, endAt);
  const title = html`<title>${preciseClock(fromAt)}–${preciseClock(toAt)}: hears ${HEARS[hears]}${signal !== 'up' && `, ${SIGNAL[signal]}`}</title>`;
  return html`<rect class="hears-${hears}" x="${x}" width="${width}" y="3" height="9">${title}</rect>${
    signal !== 'up' && html`<rect class="signal-${signal}" x="${x}" width="${width}" y="13" height="3"/>`
  }`;
};

const HEARS = { all: 'everybody', some: 'some', none: 'nobody' } as const;
const SIGNAL = { lost: 'signal connection lost', out: 'disconnected', up: '' } as const;

const sentence = ({ identity, strip: parts, recoveredAfterMs }: ParticipantRecovery): string => {
  const silent = parts
    .filter(({ hears }) => hears !== 'all')
    .map(({ fromAt, toAt }) => `${preciseClock(fromAt)} to ${preciseClock(toAt)}`);
  if (silent.length === 0) return `${identity} heard everybody all the time`;
  return `${identity} did not hear everybody from ${silent.slice(0, 5).join(', ')}${recoveredAfterMs === null ? ', and not at the end' : ''}`;
};

const lanes = ({ backends, comebacks, alerts, faults }: Recovery, endAt: number): Markup[] => [
  ...comebacks.map((comeback) => comebackLane(comeback, faults, endAt)),
  ...(backends.length === 0 ? [] : [backendLane(backends, faults, endAt)]),
  ...[...Map.groupBy(alertSpans({ alerts }), (span) => span.name)].map(([alert, spans]) =>
    alertLane(alert, spans, faults, endAt),
  ),
];

const backendLane = (backends: Recovery['backends'], faults: Recovery['faults'], endAt: number): Markup => {
  const steps = backends.map(({ at, healthy, total }, index) => {
    const from = Math.max(0, at);
    const to = backends[index + 1]?.at ?? endAt;
    const share = total === 0 ? 0 : healthy / total;
    return html`<rect class="backends" x="${percent(from, endAt)}" width="${percent(to - from, endAt)}" y="${percent(1 - share, 1)}" height="${percent(share, 1)}"><title>${healthy} of ${total} healthy from ${preciseClock(from)}</title></rect>`;
  });
  return html`<div class="row lane-row"><span class="who">healthy backends</span><svg role="img" aria-label="Healthy backends over time, at least ${Math.min(...backends.map(({ healthy }) => healthy))}">${bands({ faults }, endAt)}${steps}</svg></div>`;
};

/** From when it was told to end until it, or its successor, served. */
const comebackLane = (comeback: Recovery['comebacks'][number], faults: Recovery['faults'], endAt: number): Markup => {
  const { at, member, servingMs } = comeback;
  const said = sayComeback(comeback);
  const bar = html`<rect class="alert" x="${percent(at - servingMs, endAt)}" width="${percent(servingMs, endAt)}" y="3" height="9"><title>${said}</title></rect>`;
  return html`<div class="row"><span class="who">${name(member)} away</span><svg role="img" aria-label="${said}">${bands({ faults }, endAt)}${bar}</svg></div>`;
};

const alertLane = (alert: string, spans: readonly AlertSpan[], faults: Recovery['faults'], endAt: number): Markup => {
  const said = (span: AlertSpan): string => sayAlert(span, faults[0]?.at ?? 0);
  const bars = spans.map((span) => {
    const { fromAt, toAt } = span;
    return html`<rect class="alert" x="${percent(fromAt, endAt)}" width="${percent((toAt ?? endAt) - fromAt, endAt)}" y="3" height="9"><title>${said(span)}</title></rect>`;
  });
  return html`<div class="row"><span class="who">${name(alert)}</span><svg role="img" aria-label="${spans.map(said).join('; ')}">${bands({ faults }, endAt)}${bars}</svg></div>`;
};
