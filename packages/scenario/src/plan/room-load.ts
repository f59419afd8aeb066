import type { ParticipantPlan } from '../plan.ts';
import { mayPublish, maySubscribe } from '../role-keys/grants.ts';
import { audibleTracks, visibleVideos } from '../role-keys/layout.ts';
import type { TrackPlan } from '../track-plan.ts';
import {
  addRates,
  layerShown,
  type Rate,
  receivedRate,
  sentRate,
  ZERO_RATE,
} from './media-rates.ts';

/** Media and data that one participant, or all together, send and receive at one time. */
export interface Load {
  participants: number;
  tracksUp: number;
  tracksDown: number;
  up: Rate;
  down: Rate;
}

/** Behaviour that participants of a room share, as in a group's role. */
export type ParticipantProfile = Pick<
  ParticipantPlan,
  'publish' | 'subscribe' | 'layout' | 'data' | 'grants'
> & {
  /** True while the participant takes turns and does not speak. */
  isQuiet?: boolean;
};

/**
 * Payload of a data packet, bytes: SCTP over DTLS leaves this much of a datagram, so larger
 * messages take several packets.
 */
const DATA_PACKET_BYTES = 1_150;
/**
 * Overhead of each data packet, bytes: IPv4, UDP, DTLS, SCTP, LiveKit's DataPacket, to which the
 * server adds the sender, and an acknowledgement of every second packet.
 */
const DATA_HEADER_BYTES = { up: 144, down: 204 };

/**
 * Load of one participant of each profile in a room with these counts. `hidden` makes no
 * difference: the server forwards what hidden participants send.
 * @param counts number of participants of each profile, in their order
 */
export const loadPerProfile = (
  profiles: readonly ParticipantProfile[],
  counts: readonly number[],
): Load[] => {
  const present = profiles.map((profile, index) => ({
    profile,
    count: counts[index] ?? 0,
    sends: profile.publish.filter((track) => mayPublish(profile.grants, track)),
  }));
  return present.map((me) => {
    const others = present.map((other) => ({
      ...other,
      count: other === me ? Math.max(0, me.count - 1) : other.count,
    }));
    const down = received(me.profile, others);
    const data = others.reduce(
      (sum, { profile, count }) => addRates(sum, dataRate(profile, 'down'), count),
      ZERO_RATE,
    );
    const up = me.sends.reduce(
      (sum, track) =>
        addRates(sum, sentRate(track, highestWatched(track, others), me.profile.isQuiet)),
      dataRate(me.profile, 'up'),
    );
    return {
      participants: 1,
      tracksUp: me.sends.length,
      tracksDown: down.tracks,
      up,
      down: addRates(down.rate, data),
    };
  });
};

interface ProfileCount {
  profile: ParticipantProfile;
  count: number;
  sends: TrackPlan[];
}

/**
 * Tracks and rate that a participant receives. If not all videos fit the layout, their average rate
 * is used: which ones are received is random.
 */
const received = (
  me: ParticipantProfile,
  others: readonly ProfileCount[],
): { tracks: number; rate: Rate } => {
  if (!maySubscribe(me)) return { tracks: 0, rate: ZERO_RATE };
  let [audios, videos, audioRate, videoRate] = [0, 0, ZERO_RATE, ZERO_RATE];
  for (const { count, sends, profile } of others) {
    for (const track of sends) {
      const rate = receivedRate(track, me.layout, profile.isQuiet);
      if (track.kind === 'audio')
        [audios, audioRate] = [audios + count, addRates(audioRate, rate, count)];
      else [videos, videoRate] = [videos + count, addRates(videoRate, rate, count)];
    }
  }
  const audible = audibleTracks(me.layout, audios);
  const visible = visibleVideos(me.layout, videos);
  const share = videos === 0 ? 0 : visible / videos;
  return {
    tracks: audible + visible,
    rate: addRates(addRates(ZERO_RATE, audioRate, audible > 0 ? 1 : 0), videoRate, share),
  };
};

/**
 * Highest layer that another participant subscribes to. A video that is not displayed now will be
 * when its publisher speaks.
 */
const highestWatched = (track: TrackPlan, others: readonly ProfileCount[]): number | null => {
  if (track.kind === 'audio') return null;
  const watched = others
    .filter(
      ({ profile, count }) =>
        count > 0 && maySubscribe(profile) && visibleVideos(profile.layout, 1) > 0,
    )
    .map(({ profile }) => layerShown(track, profile.layout));
  return watched.length === 0 ? null : Math.max(...watched);
};

type Direction = keyof typeof DATA_HEADER_BYTES;

const messageRate = (perSecond: number, bytes: number, direction: Direction): Rate => {
  const packets = perSecond * Math.ceil(bytes / DATA_PACKET_BYTES);
  const headerBits = packets * DATA_HEADER_BYTES[direction] * 8;
  return { packets, bits: perSecond * bytes * 8, headerBits };
};

const dataRate = ({ data, grants }: ParticipantProfile, direction: Direction): Rate =>
  grants.canPublishData === false
    ? ZERO_RATE
    : data.reduce(
        (sum, { messagesPerSecond, bytes }) =>
          addRates(sum, messageRate(messagesPerSecond, bytes, direction)),
        ZERO_RATE,
      );

export const EMPTY_LOAD: Load = {
  participants: 0,
  tracksUp: 0,
  tracksDown: 0,
  up: ZERO_RATE,
  down: ZERO_RATE,
};

export const addLoads = (one: Load, other: Load, times = 1): Load => ({
  participants: one.participants + other.participants * times,
  tracksUp: one.tracksUp + other.tracksUp * times,
  tracksDown: one.tracksDown + other.tracksDown * times,
  up: addRates(one.up, other.up, times),
  down: addRates(one.down, other.down, times),
});
