import type { RepeatResult } from '@livekit-swarm/chaos';
import { formatNumber } from '@livekit-swarm/settings';
import { html, type Markup } from '../../html/markup.ts';
import { formatGap, formatTook } from '../phrases.ts';

interface Tile {
  title: string;
  value: string;
  note: string;
  bad: boolean;
}

/** The figures that everybody asks for first. */
export const tiles = ({ recovery }: RepeatResult): Markup =>
  html`<div class="tiles">${tilesOf(recovery).map(
    ({ title, value, note, bad }) =>
      html`<div class="tile"><h3>${title}</h3><p class="figure ${bad ? 'bad' : 'plain'}">${value}</p><p class="note">${note}</p></div>`,
  )}</div>`;

const tilesOf = ({
  rto,
  pairsHit,
  pairs,
  neverRecovered,
  roomsLost,
  roomsSplit,
  rooms,
  controlGapMs,
}: RepeatResult['recovery']): Tile[] => {
  const control = rooms.filter((room) => room.control).length;
  return [
    {
      title: 'Last back after',
      value: rto === null ? (pairsHit === 0 ? 'no silence' : 'never') : formatTook(rto.max),
      note:
        rto === null
          ? `${formatNumber(pairs.length)} pairs`
          : `half within ${formatTook(rto.p50)}, 95 % within ${formatTook(rto.p95)}`,
      bad: rto === null && pairsHit > 0,
    },
    {
      title: 'Fell silent',
      value: formatNumber(pairsHit),
      note: `of ${formatNumber(pairs.length)} pairs of listener and speaker`,
      bad: false,
    },
    {
      title: 'Never came back',
      value: formatNumber(neverRecovered),
      note: 'pairs',
      bad: neverRecovered > 0,
    },
    {
      title: 'Split brain',
      value: `${roomsSplit}`,
      note: `of ${rooms.length} rooms`,
      bad: roomsSplit > 0,
    },
    {
      title: 'Rooms lost',
      value: `${roomsLost}`,
      note: 'in which nobody hears anybody',
      bad: roomsLost > 0,
    },
    {
      title: 'Control rooms',
      value: control === 0 ? 'none' : formatGap(controlGapMs),
      note:
        control === 0
          ? rooms.length === 0
            ? 'nobody came'
            : 'everything was hit'
          : `longest silence in ${control}`,
      bad: control > 0 && controlGapMs !== 0,
    },
  ];
};
