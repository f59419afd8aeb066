import type { ParticipantLine, TrackResult } from '@livekit-swarm/record';
import type { Kind } from '@livekit-swarm/scenario';

/** The tracks of one participant, counted. */
export interface TrackTally {
  expectedTracks: Record<Kind, number>;
  missing: Record<Kind, number>;
  received: { kind: Kind; codec: string; alive: boolean }[];
  /** What it tried to publish: tracks, and its data messages together. */
  published: { kind: Kind | 'data'; rejected: boolean }[];
  /** Downlink media, all tracks together. */
  packets: number;
  lost: number;
  /** The worst of its tracks. */
  jitterMs: number | null;
  latencyP95Ms: number | null;
  longestInterruptionMs: number;
}

type MediaTrack = TrackResult & { kind: Kind };

const isReceivedMedia = (track: TrackResult): track is MediaTrack =>
  track.direction === 'down' && track.kind !== 'data';

/**
 * Counts what a participant received of what it should have. A publisher that reconnected comes as two tracks with different sids, of which the old one is
 * dead: tracks are distinguished by publisher, kind and source. Tracks of participants outside the run (a shared room) do not count.
 */
export const tallyTracks = (
  line: ParticipantLine,
  ours: (identity: string) => boolean,
): TrackTally => {
  const media = line.tracks.filter(isReceivedMedia);
  const flowed = media.filter(
    (track) => track.packets > 0 && (track.publisher === undefined || ours(track.publisher)),
  );
  const received = [...Map.groupBy(flowed, sourceOf).values()].flatMap((same) => {
    const [first] = same;
    return first === undefined
      ? []
      : [{ kind: first.kind, codec: first.codec, alive: same.some((track) => track.activeAtEnd) }];
  });
  const missing = (kind: Kind): number =>
    Math.max(0, line.expectedTracks[kind] - received.filter((track) => track.kind === kind).length);
  return {
    expectedTracks: line.expectedTracks,
    missing: { audio: missing('audio'), video: missing('video') },
    received,
    published: line.tracks
      .filter(isPublished)
      .map(({ kind, rejected }) => ({ kind, rejected: rejected === true })),
    packets: total(media, 'packets'),
    lost: total(media, 'lost'),
    jitterMs: largest(media.map((track) => track.jitterMs)),
    latencyP95Ms: largest(media.map((track) => track.latencyP95Ms)),
    longestInterruptionMs: largest(media.map((track) => track.longestInterruptionMs)) ?? 0,
  };
};

/** Of simulcast the lowest layer stands for the track. */
const isPublished = ({ direction, layer }: TrackResult): boolean =>
  direction === 'up' && (layer === undefined || layer === 'q');

/** Without a publisher's name every track stands for itself. */
const sourceOf = (track: MediaTrack, index: number): string =>
  track.publisher === undefined
    ? `#${track.sid ?? index}`
    : `${track.kind} ${track.source ?? ''} ${track.publisher}`;

const total = (tracks: TrackResult[], field: 'packets' | 'lost'): number =>
  tracks.reduce((sum, track) => sum + track[field], 0);

const largest = (values: (number | null)[]): number | null =>
  values.reduce(
    (most, value) =>
      value === null || !Number.isFinite(value) ? most : Math.max(most ?? value, value),
    null,
  );
