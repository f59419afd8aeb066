import { formatNumber, formatShare } from '@livekit-swarm/report';
import { html, type Markup, percent, preciseClock } from '@livekit-swarm/report/html';
import type { Recovery } from '../../measure/recovery.ts';
import type { DrillSecond } from '../../measure/seconds.ts';
import { bands } from './bands.ts';

/** What everybody together received, and how much of it was lost, second by second. */
export const secondLanes = (seconds: readonly DrillSecond[], faults: Recovery['faults'], endAt: number): Markup[] => {
  const most = Math.max(0, ...seconds.map(({ packets }) => packets));
  const worst = Math.max(0, ...seconds.map(({ loss }) => loss ?? 0));
  if (most === 0) return [];
  return [
    lane({
      title: 'packets received',
      said: `Packets received: at most ${formatNumber(most)} a second`,
      kind: 'packets',
      bars: seconds.map(({ at, packets }) => ({ at, share: packets / most, said: `${formatNumber(packets)} packets` })),
      faults,
      endAt,
    }),
    ...(worst === 0
      ? []
      : [
          lane({
            title: `loss, to ${formatShare(worst)}`,
            said: `Loss: at most ${formatShare(worst)} of a second's packets`,
            kind: 'loss',
            bars: seconds.map(({ at, loss }) => ({ at, share: (loss ?? 0) / worst, said: `${formatShare(loss)} lost` })),
            faults,
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
  faults: Recovery['faults'];
  endAt: number;
}

const SECOND_MS = 1_000;

const lane = ({ title, said, kind, bars, faults, endAt }: Lane): Markup =>
  html`<div class="row lane-row"><span class="who">${title}</span><svg role="img" aria-label="${said}">${bands({ faults }, endAt)}${bars.map(
    (bar) =>
      html`<rect class="${kind}" x="${percent(bar.at, endAt)}" width="${percent(SECOND_MS, endAt)}" y="${percent(1 - bar.share, 1)}" height="${percent(bar.share, 1)}"><title>${preciseClock(bar.at)}: ${bar.said}</title></rect>`,
  )}</svg></div>`;
