import { mayPublish, maySubscribe } from '../grants.ts';
import { audiosHeard, videosShown } from '../layout.ts';
import type { ParticipantPlan } from '../plan.ts';
import type { TrackPlan } from '../role-spec.ts';
import { addRates, layerShown, NOTHING, type Rate, receivedRate, sentRate } from './media-rates.ts';

/** What somebody, or everybody together, sends and receives at one moment. */
export interface Load {
  participants: number;
  tracksUp: number;
  tracksDown: number;
  up: Rate;
  down: Rate;
}

/** Those of a room who do the same: a group's role. */
export type Kin = Pick<ParticipantPlan, 'publish' | 'subscribe' | 'layout' | 'data' | 'grants'>;

/** A data message larger than this takes several packets, bytes: what SCTP over DTLS leaves of a datagram. */
const DATA_PACKET_BYTES = 1_150;

/**
 * What a member of each kin sends and receives while so many of each are in the room. `hidden` is left aside: the server forwards what hidden people send.
 * @param counts of each kin, in their order
 */
export const memberLoads = (kins: readonly Kin[], counts: readonly number[]): Load[] => {
  const crowd = kins.map((kin, index) => ({
    kin,
    count: counts[index] ?? 0,
    sends: kin.publish.filter((track) => mayPublish(kin.grants, track)),
  }));
  return crowd.map((me) => {
    const others = crowd.map((other) => ({
      ...other,
      count: other === me ? Math.max(0, me.count - 1) : other.count,
    }));
    const down = received(me.kin, others);
    const data = others.reduce(
      (sum, { kin, count }) => addRates(sum, dataRate(kin), count),
      NOTHING,
    );
    const up = me.sends.reduce(
      (sum, track) => addRates(sum, sentRate(track, highestWatched(track, others))),
      dataRate(me.kin),
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

interface Company {
  kin: Kin;
  count: number;
  sends: TrackPlan[];
}

/** Of more videos than fit on the screen, which ones are shown is chance: the average of all. */
const received = (me: Kin, others: readonly Company[]): { tracks: number; rate: Rate } => {
  if (!maySubscribe(me)) return { tracks: 0, rate: NOTHING };
  let [audios, videos, heard, seen] = [0, 0, NOTHING, NOTHING];
  for (const { count, sends } of others) {
    for (const track of sends) {
      const rate = receivedRate(track, me.layout);
      if (track.kind === 'audio') [audios, heard] = [audios + count, addRates(heard, rate, count)];
      else [videos, seen] = [videos + count, addRates(seen, rate, count)];
    }
  }
  const hears = audiosHeard(me.layout, audios);
  const sees = videosShown(me.layout, videos);
  const share = videos === 0 ? 0 : sees / videos;
  return {
    tracks: hears + sees,
    rate: addRates(addRates(NOTHING, heard, hears > 0 ? 1 : 0), seen, share),
  };
};

/** The highest layer that one of the others looks at; whoever is off a screen now will be on it when they speak. */
const highestWatched = (track: TrackPlan, others: readonly Company[]): number | null => {
  if (track.kind === 'audio') return null;
  const watched = others
    .filter(({ kin, count }) => count > 0 && maySubscribe(kin) && videosShown(kin.layout, 1) > 0)
    .map(({ kin }) => layerShown(track, kin.layout));
  return watched.length === 0 ? null : Math.max(...watched);
};

const dataRate = ({ data, grants }: Kin): Rate =>
  grants.canPublishData === false
    ? NOTHING
    : data.reduce(
        (sum, { messagesPerSecond, bytes }) =>
          addRates(sum, {
            packets: messagesPerSecond * Math.ceil(bytes / DATA_PACKET_BYTES),
            bits: messagesPerSecond * bytes * 8,
          }),
        NOTHING,
      );

export const NOBODY: Load = {
  participants: 0,
  tracksUp: 0,
  tracksDown: 0,
  up: NOTHING,
  down: NOTHING,
};

export const addLoads = (one: Load, other: Load, times = 1): Load => ({
  participants: one.participants + other.participants * times,
  tracksUp: one.tracksUp + other.tracksUp * times,
  tracksDown: one.tracksDown + other.tracksDown * times,
  up: addRates(one.up, other.up, times),
  down: addRates(one.down, other.down, times),
});
