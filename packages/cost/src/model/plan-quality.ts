import { audioQuality, videoQuality } from '@livekit-swarm/analysis';
import {
  mayPublish,
  maySubscribe,
  type ParticipantPlan,
  type Plan,
  receivedRate,
  receivedSize,
  type TrackPlan,
  visibleVideos,
} from '@livekit-swarm/scenario';

/** Mean opinion scores of received media, 1 to 5. Null: no media of the kind is received. */
export interface PlanQuality {
  audio: number | null;
  video: number | null;
}

/** Assumed delay from mouth to ear on an unimpaired network, ms. */
export const ASSUMED_DELAY_MS = 150;

/** Frame rate of the clips that swarm publishes, by height, frames per second. */
const framesPerSecond = (height: number): number => (height < 540 ? 20 : height < 720 ? 25 : 30);

/** Quality score of a plan's media if nothing is lost: E-model for audio, G.1070 for video. */
export const planQuality = ({ participants }: Pick<Plan, 'participants'>): PlanQuality => {
  const audio = mean();
  const video = mean();
  const score = videoScores();
  for (const members of Map.groupBy(participants, ({ room }) => room).values()) {
    const kinds = [...Map.groupBy(members, kindOf).values()].flatMap((same) => {
      const [first] = same;
      return first === undefined ? [] : [{ one: first, count: same.length, sends: sentBy(first) }];
    });
    for (const receiver of kinds) {
      if (!maySubscribe(receiver.one)) continue;
      const { layout } = receiver.one;
      const others = kinds.map((sender) => ({
        sends: sender.sends,
        count: sender === receiver ? sender.count - 1 : sender.count,
      }));
      const videos = others.reduce(
        (sum, { sends, count }) => sum + count * sends.filter(isVideo).length,
        0,
      );
      const visible = videos === 0 ? 0 : visibleVideos(layout, videos) / videos;
      for (const { sends, count } of others) {
        const pairs = receiver.count * count;
        for (const track of sends) {
          if (isVideo(track)) video.add(score(track, layout), pairs * visible);
          else if (layout.type !== 'none')
            audio.add(audioQuality({ loss: 0, delayMs: ASSUMED_DELAY_MS }), pairs);
        }
      }
    }
  }
  return { audio: audio.value(), video: video.value() };
};

const kindOf = ({ publish, layout, subscribe, grants }: ParticipantPlan): string =>
  JSON.stringify([publish, layout, subscribe, grants]);

const sentBy = ({ publish, grants }: ParticipantPlan): TrackPlan[] =>
  publish.filter((track) => mayPublish(grants, track));

type VideoTrack = Extract<TrackPlan, { kind: 'video' }>;

const isVideo = (track: TrackPlan): track is VideoTrack => track.kind === 'video';

const videoScores = () => {
  const known = new Map<string, number>();
  return (track: VideoTrack, layout: ParticipantPlan['layout']): number => {
    const key = JSON.stringify([track, layout]);
    const before = known.get(key);
    if (before !== undefined) return before;
    const size = receivedSize(track, layout);
    const score = videoQuality({
      ...size,
      bitsPerSecond: receivedRate(track, layout).bits,
      framesPerSecond: framesPerSecond(size.height),
      loss: 0,
    });
    known.set(key, score);
    return score;
  };
};

const mean = () => {
  let [sum, weights] = [0, 0];
  return {
    add: (value: number, weight: number): void => {
      if (weight <= 0) return;
      sum += value * weight;
      weights += weight;
    },
    value: (): number | null => (weights === 0 ? null : sum / weights),
  };
};
