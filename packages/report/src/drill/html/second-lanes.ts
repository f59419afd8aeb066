import type { DrillSecond } from '@livekit-swarm/chaos';
import { formatNumber } from '@livekit-swarm/settings';
import { formatShare } from '../../format.ts';
import { preciseClock } from '../../html/clock.ts';
import { html, type Markup } from '../../html/markup.ts';
import { percent } from '../../html/svg/percent.ts';

/** What everybody together received, and how much of it was lost, second by second. */
export const secondLanes = (seconds: readonly DrillSecond[], endAt: number): Markup[] => {
  const { spans: whole, lengthMs } = inSpans(seconds);
  const most = Math.max(0, ...whole.map(({ packets }) => packets));
  const worst = Math.max(0, ...whole.map(({ loss }) => loss ?? 0));
  if (most === 0) return [];
  return [
    lane({
      title: 'packets received',
      said: `Packets received: at most ${formatNumber(most)} a second`,
      kind: 'packets',
      bars: whole.map(({ at, packets }) => ({
        at,
        share: packets / most,
        said: `${formatNumber(packets)} packets a second`,
      })),
      lengthMs,
      endAt,
    }),
    ...(worst === 0
      ? []
      : [
          lane({
            title: `loss, to ${formatShare(worst)}`,
            said: `Loss: at most ${formatShare(worst)} of a second's packets`,
            kind: 'loss',
            bars: whole.flatMap(({ at, loss }) =>
              loss === null || loss === 0
                ? []
                : [{ at, share: loss / worst, said: `${formatShare(loss)} lost` }],
            ),
            lengthMs,
            endAt,
          }),
        ]),
  ];
};

interface Lane {
  title: string;
  said: string;
  kind: 'packets' | 'loss';
  /** `share`: height, 0 … 1. */
  bars: { at: number; share: number; said: string }[];
  /** Of each bar. */
  lengthMs: number;
  endAt: number;
}

/** More bars than these are thinner than anybody sees. */
const MOST_BARS = 240;
const SECOND_MS = 1_000;

/** As they are, or several in one: packets as they were in the middle, the worst loss. */
const inSpans = (seconds: readonly DrillSecond[]): { spans: DrillSecond[]; lengthMs: number } => {
  const lengthMs = SECOND_MS * Math.max(1, Math.ceil(seconds.length / MOST_BARS));
  const spans = [...Map.groupBy(seconds, ({ at }) => Math.floor(at / lengthMs))].map(
    ([index, some]): DrillSecond => ({
      at: index * lengthMs,
      packets: Math.round(some.reduce((sum, { packets }) => sum + packets, 0) / some.length),
      loss: Math.max(...some.map(({ loss }) => loss ?? 0)),
    }),
  );
  return { spans, lengthMs };
};

const lane = ({ title, said, kind, bars, lengthMs, endAt }: Lane): Markup =>
  html`<div class="row lane-row"><span class="who">${title}</span><svg role="img" aria-label="${said}">${bars.map(
    (bar) =>
      html`<rect class="${kind}" x="${percent(bar.at, endAt)}" width="${percent(lengthMs, endAt)}" y="${percent(1 - bar.share, 1)}" height="${percent(bar.share, 1)}"><title>${preciseClock(bar.at)}: ${bar.said}</title></rect>`,
  )}</svg></div>`;
