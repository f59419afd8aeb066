import type {
  LocalVideoTrack,
  RemoteTrackPublication,
  Room,
  Track,
  TrackPublication,
} from 'livekit-client';
import type { TrackFacts } from './read-streams.ts';
import type { Stat } from './reading.ts';

/** A track whose statistics can be asked for. */
export interface ListedTrack extends TrackFacts {
  stats(): Promise<Stat[]>;
}

/** Every track of the room that is sent or received just now. Only public members of livekit-client are used. */
export const listTracks = (room: Room): ListedTrack[] => {
  const own = [...room.localParticipant.trackPublications.values()];
  const others = [...room.remoteParticipants.values()].flatMap((participant) => [
    ...participant.trackPublications.values(),
  ]);
  return [...own, ...others].flatMap((publication) => {
    const { track, trackSid } = publication;
    if (track === undefined) return [];
    return [{ ...factsOf(publication, track), sid: trackSid, stats: () => statsOf(track) }];
  });
};

const factsOf = (publication: TrackPublication, track: Track) => {
  const upstream = 'isUpstreamPaused' in publication && publication.isUpstreamPaused === true;
  const enabled = publication.isLocal || (publication as RemoteTrackPublication).isEnabled;
  return {
    expected: !publication.isMuted && !upstream && enabled,
    paused: !publication.isLocal && track.streamState === 'paused',
    // Models of video quality are about people who talk, at 15 frames and more.
    rated: track.source !== 'screen_share',
  };
};

/** Of the sender or the receiver, and of the senders of backup codecs. */
const statsOf = async (track: Track): Promise<Stat[]> => {
  const backups =
    'simulcastCodecs' in track
      ? [...(track.simulcastCodecs as LocalVideoTrack['simulcastCodecs']).values()]
      : [];
  const reports = await Promise.all([
    track.getRTCStatsReport(),
    ...backups.map(({ sender }) => sender?.getStats()),
  ]);
  return reports.flatMap((report) =>
    report === undefined ? [] : [...(report.values() as Iterable<Stat>)],
  );
};
