import { type AlertSpan, alertSpans, type DrillSecond, type Recovery } from '@livekit-swarm/chaos';
import { formatNumber } from '@livekit-swarm/settings';
import { formatShare, preciseClock } from '../../format.ts';
import { html, type Markup, name, percent, untrusted } from '../../html/markup.ts';
import { describeAlert, describeReplacement } from '../phrases.ts';

/** Alerts, components and kinds of fault beyond these are not drawn. */
const MAX_LANES = 12;
/** More bars would be thinner than a pixel. */
const MAX_BARS = 240;

/** @param label what the lane shows, for screen readers @param look of charts: `row lane-row` */
const lane = (
  title: Markup | string,
  label: string,
  bars: readonly Markup[],
  look = 'row',
): Markup =>
  html`<div class="${look}"><span class="who">${title}</span><svg role="img" aria-label="${untrusted(label)}">${bars}</svg></div>`;

/**
 * From one moment to another, ms after the start of the run; at full height unless a share of it is
 * given.
 */
const bar = (
  look: string,
  [fromAt, toAt]: readonly [number, number],
  endAt: number,
  title: string,
  share: number | null = null,
): Markup => {
  const [y, height] = share === null ? ['3', '9'] : [percent(1 - share, 1), percent(share, 1)];
  return html`<rect class="${look}" x="${percent(fromAt, endAt)}" width="${percent(toAt - fromAt, endAt)}" y="${y}" height="${height}"><title>${untrusted(title)}</title></rect>`;
};

/** Faults and observations of the deployment, below the timelines of participants. */
export const clusterLanes = (recovery: Recovery, endAt: number): Markup[] => [
  ...faultLanes(recovery, endAt),
  ...recovery.replacements
    .slice(0, MAX_LANES)
    .map((replacement) => replacementLane(replacement, endAt)),
  ...(recovery.backends.length === 0 ? [] : [backendLane(recovery.backends, endAt)]),
  ...alertLanes(recovery, endAt),
];

const faultLanes = ({ faults }: Recovery, endAt: number): Markup[] =>
  [...Map.groupBy(faults, ({ fault }) => fault)].slice(0, MAX_LANES).map(([fault, own]) => {
    const bars = own.slice(0, MAX_BARS).map(({ injectedAt, rolledBackAt, components }) => {
      const toAt = rolledBackAt ?? endAt;
      const title = `${fault} of ${components.slice(0, 5).join(', ')} from ${preciseClock(injectedAt)} to ${preciseClock(toAt)}`;
      return bar('fault-bar', [injectedAt, Math.max(toAt, injectedAt + endAt / 500)], endAt, title);
    });
    const times = own.slice(0, 5).map(({ injectedAt }) => preciseClock(injectedAt));
    return lane(fault, `${fault}, from ${times.join(', ')}`, bars);
  });

const backendLane = (backends: Recovery['backends'], endAt: number): Markup => {
  const steps = backends.slice(0, MAX_BARS).map(({ at, healthy, total }, index) => {
    const from = Math.max(0, at);
    const to = Math.max(from, backends[index + 1]?.at ?? endAt);
    const title = `${healthy} of ${total} healthy from ${preciseClock(from)}`;
    return bar('backends', [from, to], endAt, title, total === 0 ? 0 : healthy / total);
  });
  const least = Math.min(...backends.map(({ healthy }) => healthy));
  const label = `Healthy backends over time, at least ${least}`;
  return lane('healthy backends', label, steps, 'row lane-row');
};

/** Lane from the requested termination of a component until it or its replacement was ready. */
const replacementLane = (replacement: Recovery['replacements'][number], endAt: number): Markup => {
  const { at, component, readyMs } = replacement;
  const text = describeReplacement(replacement);
  return lane(html`${name(component)} down`, text, [bar('away', [at - readyMs, at], endAt, text)]);
};

const alertLanes = ({ alerts, faults }: Recovery, endAt: number): Markup[] =>
  [...Map.groupBy(alertSpans({ alerts }), (span) => span.name)]
    .slice(0, MAX_LANES)
    .map(([alert, spans]) => {
      const text = (span: AlertSpan): string => describeAlert(span, faults[0]?.injectedAt ?? 0);
      const bars = spans
        .slice(0, MAX_BARS)
        .map((span) => bar('alert', [span.fromAt, span.toAt ?? endAt], endAt, text(span)));
      return lane(name(alert), spans.slice(0, 5).map(text).join('; '), bars);
    });

/** Packets received by all participants, and their loss, second by second. */
export const secondLanes = (seconds: readonly DrillSecond[], endAt: number): Markup[] => {
  const { spans, lengthMs } = inSpans(seconds);
  const maxPackets = Math.max(0, ...spans.map(({ packets }) => packets));
  const maxLoss = Math.max(0, ...spans.map(({ loss }) => loss ?? 0));
  if (maxPackets === 0) return [];
  const column = (look: string, at: number, share: number, text: string): Markup =>
    bar(look, [at, at + lengthMs], endAt, `${preciseClock(at)}: ${text}`, share);
  const packetLane = lane(
    'packets received',
    `Packets received: at most ${formatNumber(maxPackets)} per second`,
    spans.map(({ at, packets }) =>
      column('packets', at, packets / maxPackets, `${formatNumber(packets)} packets per second`),
    ),
    'row lane-row',
  );
  if (maxLoss === 0) return [packetLane];
  const lossLane = lane(
    `loss, to ${formatShare(maxLoss)}`,
    `Packet loss: at most ${formatShare(maxLoss)} in a second`,
    spans.flatMap(({ at, loss }) =>
      loss === null || loss === 0
        ? []
        : [column('loss', at, loss / maxLoss, `${formatShare(loss)} lost`)],
    ),
    'row lane-row',
  );
  return [packetLane, lossLane];
};

const SECOND_MS = 1_000;

/** Several seconds in one bar where there are many: mean packets, highest loss. */
const inSpans = (seconds: readonly DrillSecond[]): { spans: DrillSecond[]; lengthMs: number } => {
  const lengthMs = SECOND_MS * Math.max(1, Math.ceil(seconds.length / MAX_BARS));
  const spans = [...Map.groupBy(seconds, ({ at }) => Math.floor(at / lengthMs))].map(
    ([index, some]): DrillSecond => ({
      at: index * lengthMs,
      packets: Math.round(some.reduce((sum, { packets }) => sum + packets, 0) / some.length),
      loss: Math.max(...some.map(({ loss }) => loss ?? 0)),
    }),
  );
  return { spans, lengthMs };
};
