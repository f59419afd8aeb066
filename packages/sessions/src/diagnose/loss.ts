import type { Kind } from '@livekit-swarm/beacon/payload';
import type { ObservedSession, ObservedStream } from './observation.ts';

/** Expected and lost packets of one leg or of several. */
export interface Loss {
  lost: number;
  packets: number;
}

/**
 * Losses of audio and video, which are compared separately. A node requests retransmission of video
 * that an uplink lost, so that its receivers miss none; audio is not retransmitted.
 */
export type LossByKind = Readonly<Record<Kind, Loss>>;

/** Least number of packets for a decision: two seconds of audio. */
const LEAST_PACKETS = 100;
/**
 * Least loss that counts as impaired: a share, and a number of packets. Users notice 2 % before
 * recovery in audio; smaller shares are common on healthy wireless networks.
 */
const IMPAIRED = { share: 0.02, lost: 5 } as const;
const CLEAR_SHARE = 0.01;

export const shareOf = ({ lost, packets }: Loss): number =>
  packets === 0 ? 0 : Math.min(1, lost / packets);
export const isMeasured = ({ packets }: Loss): boolean => packets >= LEAST_PACKETS;
export const isImpaired = (loss: Loss): boolean =>
  isMeasured(loss) && loss.lost >= IMPAIRED.lost && shareOf(loss) >= IMPAIRED.share;
/**
 * Check whether a loss is small enough for comparisons. A loss between the two limits is neither
 * clear nor impaired.
 */
export const isClear = (loss: Loss): boolean => isMeasured(loss) && shareOf(loss) < CLEAR_SHARE;

export const addLoss = (losses: readonly Loss[]): Loss => ({
  lost: losses.reduce((sum, { lost }) => sum + lost, 0),
  packets: losses.reduce((sum, { packets }) => sum + packets, 0),
});

/** Loss of the kind that lost more, of those with enough packets. */
export const lossierKind = ({ audio, video }: LossByKind): Loss => {
  const [first, second] = shareOf(audio) > shareOf(video) ? [audio, video] : [video, audio];
  return isMeasured(first) ? first : isMeasured(second) ? second : addLoss([audio, video]);
};

const lossOf = ({ direction, packets, lost, recovered }: ObservedStream): Loss => {
  if (direction === 'down') return { lost, packets: packets + lost };
  // Retransmitted packets were lost, although the node reports them as received.
  const missed = Math.max(lost, recovered);
  return { lost: missed, packets: Math.max(packets - recovered, missed) };
};

const byKind = (streams: readonly ObservedStream[]): LossByKind => {
  const of = (kind: Kind): Loss =>
    addLoss(streams.filter((stream) => stream.kind === kind).map(lossOf));
  return { audio: of('audio'), video: of('video') };
};

/** Loss of a session's packets on its uplink, before recovery. */
export const upLoss = ({ streams }: ObservedSession): LossByKind =>
  byKind(streams.filter(({ direction }) => direction === 'up'));

/** Loss of all packets that were sent to a session. */
export const downLoss = ({ streams }: ObservedSession): LossByKind =>
  byKind(streams.filter(({ direction }) => direction === 'down'));

/** Loss of each publisher's packets at a session, by SID of the publisher. */
export const downLosses = ({ streams }: ObservedSession): Map<string, LossByKind> => {
  const received = streams.filter(({ direction }) => direction === 'down');
  const byPublisher = Map.groupBy(received, ({ publisher }) => publisher);
  return new Map(
    [...byPublisher].flatMap(([publisher, same]) =>
      publisher === null ? [] : [[publisher, byKind(same)]],
    ),
  );
};

/**
 * Loss that remains after an earlier loss on the same way is removed. Shares of packets that pass
 * multiply.
 */
const behind = (loss: Loss, before: Loss): Loss => {
  const [whole, first] = [shareOf(loss), shareOf(before)];
  const share = first >= 1 ? 0 : Math.max(0, (whole - first) / (1 - first));
  return { lost: share * loss.packets, packets: loss.packets };
};

export const lossBehind = (loss: LossByKind, before: LossByKind): LossByKind => ({
  audio: behind(loss.audio, before.audio),
  video: behind(loss.video, before.video),
});

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
