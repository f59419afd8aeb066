import { formatMs, formatNumber, formatShare, shorten } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { renderTable } from '../table.ts';

const HEAD = ['', 'room', 'missing', 'stalled', 'loss', 'jitter', 'latency', 'longest gap', 'came back'];

/** Who had it worst: missing tracks first, then stalled ones, then loss, then latency. */
export const worstSection = ({ summary }: ReportInput, style: Style): string[] => {
  // Where nobody was to receive anything, nobody had it worse than others.
  if (summary.worst.every(({ missing, stalled, loss, reconnects }) => missing + stalled + reconnects === 0 && loss === null))
    return [];
  const rows = summary.worst.map((one) => [
    shorten(one.identity, 20),
    shorten(one.room, 20),
    formatNumber(one.missing),
    formatNumber(one.stalled),
    formatShare(one.loss),
    formatMs(one.jitterMs),
    formatMs(one.latencyP95Ms),
    one.longestGapMs > 0 ? formatMs(one.longestGapMs) : '–',
    formatNumber(one.reconnects),
  ]);
  return [style.title('WORST PARTICIPANTS'), ...renderTable([HEAD.map(style.dim), ...rows], [0, 1])];
};
