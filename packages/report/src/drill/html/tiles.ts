import type { RepeatResult } from '@livekit-swarm/chaos';
import { formatNumber } from '@livekit-swarm/settings';
import { html, type Markup } from '../../html/markup.ts';
import { formatInterruption, formatQuantile } from '../phrases.ts';

interface Tile {
  title: string;
  value: string;
  note: string;
  bad: boolean;
}

/** The main figures. */
export const tiles = ({ recovery }: RepeatResult): Markup =>
  html`<div class="tiles">${tilesOf(recovery).map(
    ({ title, value, note, bad }) =>
      html`<div class="tile"><h3>${title}</h3><p class="figure ${bad ? 'bad' : 'plain'}">${value}</p><p class="note">${note}</p></div>`,
  )}</div>`;

const tilesOf = ({
  timeToRecover,
  subscriptionsInterrupted,
  subscriptions,
  subscriptionsNotRecovered,
  roomsWithoutMedia,
  roomsSplit,
  rooms,
  controlGroupInterruptionMs,
}: RepeatResult['recovery']): Tile[] => {
  const control = rooms.filter((room) => room.controlGroup).length;
  return [
    {
      title: 'Time to recover (max)',
      value:
        timeToRecover === null
          ? subscriptionsInterrupted === 0
            ? 'no silence'
            : 'never'
          : formatQuantile(timeToRecover.max),
      note:
        timeToRecover === null
          ? `${formatNumber(subscriptions.length)} subscriptions`
          : `p50 ${formatQuantile(timeToRecover.p50)}, p95 ${formatQuantile(timeToRecover.p95)}`,
      bad: subscriptionsNotRecovered > 0,
    },
    {
      title: 'Interrupted',
      value: formatNumber(subscriptionsInterrupted),
      note: `of ${formatNumber(subscriptions.length)} subscriptions`,
      bad: false,
    },
    {
      title: 'Not recovered',
      value: formatNumber(subscriptionsNotRecovered),
      note: 'subscriptions',
      bad: subscriptionsNotRecovered > 0,
    },
    {
      title: 'Split brain',
      value: `${roomsSplit}`,
      note: `of ${rooms.length} rooms`,
      bad: roomsSplit > 0,
    },
    {
      title: 'Rooms without media',
      value: `${roomsWithoutMedia}`,
      note: 'at the end',
      bad: roomsWithoutMedia > 0,
    },
    {
      title: 'Control group',
      value: control === 0 ? 'none' : formatInterruption(controlGroupInterruptionMs),
      note:
        control === 0
          ? rooms.length === 0
            ? 'no rooms'
            : 'every room was affected'
          : `longest interruption in ${control} rooms`,
      bad: control > 0 && controlGroupInterruptionMs !== 0,
    },
  ];
};
