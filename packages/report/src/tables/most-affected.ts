import type { AffectedParticipant, Summary } from '@livekit-swarm/analysis';
import { formatNumber } from '@livekit-swarm/settings';
import { formatMs, formatShare, shorten } from '../format.ts';
import type { TableData } from '../table.ts';

const OUTCOMES: Record<NonNullable<AffectedParticipant['outcome']>, string> = {
  left: 'left',
  join_failed: 'join failed',
  disconnected: 'disconnected',
  worker_died: 'worker died',
};

/** How the session of a participant ended. */
export const outcomeText = ({ outcome }: Pick<AffectedParticipant, 'outcome'>): string =>
  outcome === null ? 'unknown' : OUTCOMES[outcome];

/** The most affected participants, in order of severity. No rows where no participant was to receive anything and none failed. */
export const mostAffectedTable = ({ mostAffected }: Summary): TableData => {
  const none = mostAffected.every(
    ({ outcome, missing, stalled, loss, reconnects }) =>
      outcome === 'left' && missing + stalled + reconnects === 0 && loss === null,
  );
  return {
    head: [
      '',
      'room',
      'outcome',
      'missing',
      'stalled',
      'loss',
      'latency',
      'interrupted',
      'reconnects',
    ],
    rows: (none ? [] : mostAffected).map((one) => [
      shorten(one.identity, 14),
      shorten(one.room, 14),
      outcomeText(one),
      formatNumber(one.missing),
      formatNumber(one.stalled),
      formatShare(one.loss),
      formatMs(one.latencyP95Ms),
      one.longestInterruptionMs > 0 ? formatMs(one.longestInterruptionMs) : '–',
      formatNumber(one.reconnects),
    ]),
    left: [0, 1, 2],
  };
};
