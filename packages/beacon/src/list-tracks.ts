import type {
  LocalVideoTrack,
  RemoteTrackPublication,
  Room,
  Track,
  TrackPublication,
} from 'livekit-client';
import type { TrackFacts } from './read-streams.ts';
import type { Stat } from './stats-reading.ts';

/** Track with statistics. */
export interface ListedTrack extends TrackFacts {
  stats(): Promise<Stat[]>;
}

/**
 * Lists every track of the room that is sent or received. Uses only public members of
 * livekit-client.
 */
export const listTracks = (room: Room): ListedTrack[] => {
  const { localParticipant, remoteParticipants } = room;
  return [localParticipant, ...remoteParticipants.values()].flatMap((participant) =>
    [...participant.trackPublications.values()].flatMap((publication): ListedTrack[] => {
      const { track, trackSid } = publication;
      if (track === undefined) return [];
      const publisher = publication.isLocal ? undefined : participant.sid;
      const facts = factsOf(publication, track);
      return [{ ...facts, sid: trackSid, publisher, stats: () => statsOf(track) }];
    }),
  );
};

const factsOf = (publication: TrackPublication, track: Track) => {
  const upstream = 'isUpstreamPaused' in publication && publication.isUpstreamPaused === true;
  const enabled = publication.isLocal || (publication as RemoteTrackPublication).isEnabled;
  return {
    expected: !publication.isMuted && !upstream && enabled,
    paused: !publication.isLocal && track.streamState === 'paused',
    // Models of video quality assume talking heads at 15 frames per second and more.
    rated: track.source !== 'screen_share',
  };
};

/** Reads statistics of the sender or receiver, and of the senders of backup codecs. */
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
