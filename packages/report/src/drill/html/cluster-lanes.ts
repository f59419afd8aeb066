import type { Recovery } from '@livekit-swarm/chaos';
import { type AlertSpan, alertSpans } from '@livekit-swarm/chaos';
import { preciseClock } from '../../html/clock.ts';
import { html, type Markup, name, said } from '../../html/markup.ts';
import { percent } from '../../html/svg/percent.ts';
import { describeAlert, describeReplacement } from '../phrases.ts';

/** Alerts, parts and kinds of fault beyond these are not drawn. */
const MOST_LANES = 12;
const MOST_STEPS = 240;

/** What was done, and what no participant sees, under what they heard. */
export const clusterLanes = (recovery: Recovery, endAt: number): Markup[] => [
  ...faultLanes(recovery, endAt),
  ...recovery.replacements.slice(0, MOST_LANES).map((comeback) => comebackLane(comeback, endAt)),
  ...(recovery.backends.length === 0 ? [] : [backendLane(recovery.backends, endAt)]),
  ...alertLanes(recovery, endAt),
];

const faultLanes = ({ faults }: Recovery, endAt: number): Markup[] =>
  [...Map.groupBy(faults, ({ fault }) => fault)].slice(0, MOST_LANES).map(([fault, own]) => {
    const bars = own.slice(0, MOST_STEPS).map(({ injectedAt, rolledBackAt, components }) => {
      const toAt = rolledBackAt ?? endAt;
      const title = `${fault} of ${components.slice(0, 5).join(', ')} from ${preciseClock(injectedAt)} to ${preciseClock(toAt)}`;
      return bar('fault-bar', injectedAt, Math.max(toAt - injectedAt, endAt / 500), endAt, title);
    });
    return lane(
      html`${fault}`,
      `${fault}, from ${own
        .map(({ injectedAt }) => preciseClock(injectedAt))
        .slice(0, 5)
        .join(', ')}`,
      bars,
    );
  });

const bar = (
  look: string,
  fromAt: number,
  lengthMs: number,
  endAt: number,
  title: string,
): Markup =>
  html`<rect class="${look}" x="${percent(fromAt, endAt)}" width="${percent(lengthMs, endAt)}" y="3" height="9"><title>${said(title)}</title></rect>`;

const lane = (title: Markup, words: string, bars: readonly Markup[], look = 'row'): Markup =>
  html`<div class="${look}"><span class="who">${title}</span><svg role="img" aria-label="${said(words)}">${bars}</svg></div>`;

const backendLane = (backends: Recovery['backends'], endAt: number): Markup => {
  const steps = backends.slice(0, MOST_STEPS).map(({ at, healthy, total }, index) => {
    const from = Math.max(0, at);
    const to = Math.max(from, backends[index + 1]?.at ?? endAt);
    const share = total === 0 ? 0 : healthy / total;
    return html`<rect class="backends" x="${percent(from, endAt)}" width="${percent(to - from, endAt)}" y="${percent(1 - share, 1)}" height="${percent(share, 1)}"><title>${healthy} of ${total} healthy from ${preciseClock(from)}</title></rect>`;
  });
  const least = Math.min(...backends.map(({ healthy }) => healthy));
  return lane(
    html`healthy backends`,
    `Healthy backends over time, at least ${least}`,
    steps,
    'row lane-row',
  );
};

/** From the requested termination until it or its replacement was ready. */
const comebackLane = (comeback: Recovery['replacements'][number], endAt: number): Markup => {
  const { at, component, readyMs } = comeback;
  const words = describeReplacement(comeback);
  return lane(html`${name(component)} down`, words, [
    bar('away', at - readyMs, readyMs, endAt, words),
  ]);
};

const alertLanes = ({ alerts, faults }: Recovery, endAt: number): Markup[] =>
  [...Map.groupBy(alertSpans({ alerts }), (span) => span.name)]
    .slice(0, MOST_LANES)
    .map(([alert, spans]) => {
      const words = (span: AlertSpan): string => describeAlert(span, faults[0]?.injectedAt ?? 0);
      const bars = spans.slice(0, MOST_STEPS).map((span) => {
        const { fromAt, toAt } = span;
        return bar('alert', fromAt, (toAt ?? endAt) - fromAt, endAt, words(span));
      });
      return lane(name(alert), spans.slice(0, 5).map(words).join('; '), bars);
    });
