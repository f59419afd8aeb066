import type { Summary } from '@livekit-swarm/analysis';
import { formatMs, formatNumber, formatShare, shorten } from '../format.ts';
import type { TableData } from './table-data.ts';

/** Who had it worst: missing tracks first, then stalled ones, then loss, then latency. No rows where nobody was to receive anything: then nobody had it worse. */
export const worstTable = ({ worst }: Summary): TableData => {
  const nobody = worst.every(
    ({ missing, stalled, loss, reconnects }) =>
      missing + stalled + reconnects === 0 && loss === null,
  );
  return {
    head: ['', 'room', 'missing', 'stalled', 'loss', 'jitter', 'latency', 'gap', 'came back'],
    rows: (nobody ? [] : worst).map((one) => [
      shorten(one.identity, 17),
      shorten(one.room, 17),
      formatNumber(one.missing),
      formatNumber(one.stalled),
      formatShare(one.loss),
      formatMs(one.jitterMs),
      formatMs(one.latencyP95Ms),
      one.longestGapMs > 0 ? formatMs(one.longestGapMs) : '–',
      formatNumber(one.reconnects),
    ]),
    left: [0, 1],
  };
};
