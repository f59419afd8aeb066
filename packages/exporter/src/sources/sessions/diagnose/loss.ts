import type { ObservedSession, ObservedStream } from './observation.ts';

/** Packets that were expected on one leg or on several, and those that were lost. */
export interface Loss {
  lost: number;
  packets: number;
}

/** Fewer packets decide nothing: two seconds of audio. */
const LEAST_PACKETS = 100;
/** Users notice 2 % before recovery in audio; smaller shares are common on healthy wireless networks. */
const IMPAIRED = { share: 0.02, lost: 5 } as const;
const CLEAR_SHARE = 0.01;

export const shareOf = ({ lost, packets }: Loss): number =>
  packets === 0 ? 0 : Math.min(1, lost / packets);
export const isMeasured = ({ packets }: Loss): boolean => packets >= LEAST_PACKETS;
export const isImpaired = (loss: Loss): boolean =>
  isMeasured(loss) && loss.lost >= IMPAIRED.lost && shareOf(loss) >= IMPAIRED.share;
/** Neither impaired nor clear: too close to the limit to be compared. */
export const isClear = (loss: Loss): boolean => isMeasured(loss) && shareOf(loss) < CLEAR_SHARE;

export const addLoss = (losses: readonly Loss[]): Loss => ({
  lost: losses.reduce((sum, { lost }) => sum + lost, 0),
  packets: losses.reduce((sum, { packets }) => sum + packets, 0),
});

/** Packets that were sent include lost ones. */
const lossOf = ({ direction, packets, lost }: ObservedStream): Loss => ({
  lost,
  packets: direction === 'up' ? Math.max(packets, lost) : packets + lost,
});

/** What the node missed of a session's packets. */
export const upLoss = ({ streams }: ObservedSession): Loss =>
  addLoss(streams.filter(({ direction }) => direction === 'up').map(lossOf));

/** What a session missed of each publisher's packets. */
export const downLosses = ({ streams }: ObservedSession): Map<string, Loss> => {
  const losses = new Map<string, Loss>();
  for (const stream of streams) {
    if (stream.direction !== 'down' || stream.publisher === null) continue;
    const before = losses.get(stream.publisher);
    losses.set(
      stream.publisher,
      addLoss([lossOf(stream), ...(before === undefined ? [] : [before])]),
    );
  }
  return losses;
};

/** What remains of a loss behind another one on the way: shares of packets that pass multiply. */
export const lossBehind = (loss: Loss, before: Loss): Loss => {
  const [whole, first] = [shareOf(loss), shareOf(before)];
  const share = first >= 1 ? 0 : Math.max(0, (whole - first) / (1 - first));
  return { lost: share * loss.packets, packets: loss.packets };
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
