import type { Kind } from '@livekit-swarm/beacon/payload';
import type { ObservedSession, ObservedStream } from './observation.ts';

/** Packets that were expected on one leg or on several, and those that were lost. */
export interface Loss {
  lost: number;
  packets: number;
}

/**
 * Losses of audio and video. They are compared each with its own kind: a node asks again for video that an uplink lost, so its
 * receivers miss none, and nothing asks for audio again.
 */
export type LossByKind = Readonly<Record<Kind, Loss>>;

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

/** The kind that is worse, of those with enough packets. */
export const lossierKind = ({ audio, video }: LossByKind): Loss => {
  const [first, second] = shareOf(audio) > shareOf(video) ? [audio, video] : [video, audio];
  return isMeasured(first) ? first : isMeasured(second) ? second : addLoss([audio, video]);
};

const lossOf = ({ direction, packets, lost, recovered }: ObservedStream): Loss => {
  if (direction === 'down') return { lost, packets: packets + lost };
  // What had to be sent again was lost, although the node reports it as received once it has it.
  const missed = Math.max(lost, recovered);
  return { lost: missed, packets: Math.max(packets - recovered, missed) };
};

const byKind = (streams: readonly ObservedStream[]): LossByKind => {
  const of = (kind: Kind): Loss =>
    addLoss(streams.filter((stream) => stream.kind === kind).map(lossOf));
  return { audio: of('audio'), video: of('video') };
};

/** What the node missed of a session's packets at first. */
export const upLoss = ({ streams }: ObservedSession): LossByKind =>
  byKind(streams.filter(({ direction }) => direction === 'up'));

/** What a session missed of everything that was sent to it. */
export const downLoss = ({ streams }: ObservedSession): LossByKind =>
  byKind(streams.filter(({ direction }) => direction === 'down'));

/** What a session missed of each publisher's packets. */
export const downLosses = ({ streams }: ObservedSession): Map<string, LossByKind> => {
  const received = streams.filter(({ direction }) => direction === 'down');
  const byPublisher = Map.groupBy(received, ({ publisher }) => publisher);
  return new Map(
    [...byPublisher].flatMap(([publisher, same]) =>
      publisher === null ? [] : [[publisher, byKind(same)]],
    ),
  );
};

/** What remains of a loss behind another one on the way: shares of packets that pass multiply. */
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
