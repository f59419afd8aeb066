import { type ParticipantInfo, TrackType } from '@livekit/protocol';
import { type ApiTarget, roomServiceOf } from '@livekit-swarm/livekit';
import type { EgressKind, EgressSource } from './egress-run.ts';

const TIMEOUT_SECONDS = 10;
/** Rooms whose participants are listed at the same time. */
const AT_ONCE = 10;

export interface SourceOptions {
  /** Only rooms whose names begin so are recorded. */
  roomPrefix: string;
  /** Share of these rooms, from 0 to 1. */
  share: number;
  kinds: readonly EgressKind[];
  /** Folder of the files, as egress sees it. */
  folder: string;
}

/**
 * Chooses rooms with published media, in the order of their names, and what of each is recorded:
 * kinds take turns.
 */
export const chooseSources = async (
  target: ApiTarget,
  { roomPrefix, share, kinds, folder }: SourceOptions,
): Promise<EgressSource[]> => {
  const client = await roomServiceOf(target, TIMEOUT_SECONDS);
  const names = (await client.listRooms())
    .map(({ name }) => name)
    .filter((name) => name.startsWith(roomPrefix))
    .sort();
  // The number of publishers in the list of rooms lags behind, so participants are asked for.
  const rooms: { room: string; participants: ParticipantInfo[] }[] = [];
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const listed = await Promise.all(
      names
        .slice(first, first + AT_ONCE)
        .map(async (room) => ({ room, participants: await client.listParticipants(room) })),
    );
    rooms.push(
      ...listed.filter(({ participants }) =>
        participants.some(({ tracks }) => tracks.some(isMedia)),
      ),
    );
  }
  return rooms
    .slice(0, Math.ceil(rooms.length * share))
    .flatMap(({ room, participants }, index) => {
      const source = sourceOf(room, kinds[index % kinds.length] ?? 'room', participants, folder);
      return source === null ? [] : [source];
    });
};

/** @returns null: no participant publishes media */
export const sourceOf = (
  room: string,
  kind: EgressKind,
  participants: readonly Pick<ParticipantInfo, 'identity' | 'tracks'>[],
  folder: string,
): EgressSource | null => {
  const publishers = participants
    .filter(({ tracks }) => tracks.some(isMedia))
    .toSorted((a, b) => (a.identity < b.identity ? -1 : 1));
  const [publisher] = publishers;
  if (publisher === undefined) return null;
  const name = `${folder}${room.replaceAll(/[^\w.-]/g, '_')}-${kind}`;
  switch (kind) {
    case 'room': {
      const tracks = publishers.flatMap((one) => one.tracks);
      return { room, kind, of: null, tracks: kindsOf(tracks), path: `${name}.mp4` };
    }
    case 'participant':
      return {
        ...{ room, kind, of: publisher.identity, path: `${name}.mp4` },
        tracks: kindsOf(publisher.tracks),
      };
    case 'track': {
      const tracks = publishers.flatMap((one) => one.tracks).filter(isMedia);
      const track = tracks.find(({ type }) => type === TrackType.AUDIO) ?? tracks[0];
      if (track === undefined) return null;
      return {
        room,
        kind,
        of: track.sid,
        tracks: kindsOf([track]),
        path: `${name}${endingOf(track)}`,
      };
    }
  }
};

type Track = ParticipantInfo['tracks'][number];

const isMedia = ({ type, muted }: Track): boolean => type !== TrackType.DATA && !muted;

const kindsOf = (tracks: readonly Track[]): EgressSource['tracks'] => {
  const has = (type: TrackType): boolean => tracks.some((one) => one.type === type && isMedia(one));
  return [
    ...(has(TrackType.AUDIO) ? (['audio'] as const) : []),
    ...(has(TrackType.VIDEO) ? (['video'] as const) : []),
  ];
};

/** Egress writes a track as it is published, and takes the container from the codec. */
const endingOf = ({ type, mimeType }: Track): string => {
  if (type === TrackType.AUDIO) return '.ogg';
  return /h26\d/i.test(mimeType) ? '.mp4' : '.webm';
};
