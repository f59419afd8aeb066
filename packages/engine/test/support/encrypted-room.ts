import type { E2eeSecret } from '@livekit-swarm/livekit';
import type { ParticipantLine } from '@livekit-swarm/record';
import type { TrackPlan } from '@livekit-swarm/scenario';
import { type ClientRoom, openClientRoom } from './client-room.ts';
import { AUDIO, openTestRoom, type Target, tracksOf, until } from './test-room.ts';

export const camera = (codec: 'vp8' | 'h264'): TrackPlan => ({
  kind: 'video',
  source: 'camera',
  codec,
  resolution: '360p',
  simulcast: false,
});

/**
 * Smallest number of frames that the client decoded of a video; 0 until it receives this many
 * videos.
 */
export const leastDecoded = (client: ClientRoom, videos: number): number => {
  const decoded = (client.raw()?.peers.flat() ?? [])
    .filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video')
    .map(({ framesDecoded }) => Number(framesDecoded ?? 0));
  return decoded.length < videos ? 0 : Math.min(...decoded);
};

/** Decryptions between a real client and native participants of one room. */
export interface Understanding {
  /** Frames of each native participant's video that the client decoded, by codec. */
  framesDecoded: Record<string, number>;
  /** Frames of the client that a native participant received. */
  audio: { decrypted: number; undecryptable: number };
  video: { decrypted: number; undecryptable: number };
  client: ParticipantLine;
}

/**
 * Exchange media between a real client with audio and a video, and two native participants, one
 * with VP8 and one with H.264.
 */
export const callWith = async (
  engine: 'browser' | 'rtc',
  target: Target,
  secrets: { native: E2eeSecret; client: E2eeSecret },
  codec: 'vp8' | 'h264',
): Promise<Understanding> => {
  await using natives = openTestRoom({ target, signalling: 'v1' });
  await natives.join(
    { publish: [AUDIO, camera('vp8')], secret: secrets.native },
    { publish: [camera('h264')], secret: secrets.native },
  );
  await using client = await openClientRoom(
    engine,
    target,
    natives.room,
    { publish: [AUDIO, camera(codec)] },
    secrets.client,
  );
  const isRight = JSON.stringify(secrets.native) === JSON.stringify(secrets.client);
  let tried = { audio: 0, video: 0 };
  await until(
    'both sides have received enough',
    () => {
      for (const { labels, decryption } of natives.sample().series)
        if (decryption !== undefined && labels.kind !== 'data')
          tried = {
            ...tried,
            [labels.kind]: tried[labels.kind] + decryption.undecryptable + decryption.decrypted,
          };
      return tried.audio > 300 && tried.video > 12 && (!isRight || leastDecoded(client, 2) > 60);
    },
    60,
  );
  const line = await client.leave();
  const [native] = await natives.leave();
  const of = (kind: 'audio' | 'video') => {
    const [track] = tracksOf(native, { kind, publisher: `${engine}-1` });
    return {
      decrypted: track?.decryption?.decrypted ?? 0,
      undecryptable: track?.decryption?.undecryptable ?? 0,
    };
  };
  const framesDecoded = Object.fromEntries(
    line.tracks
      .filter(({ kind, direction }) => kind === 'video' && direction === 'down')
      .map(({ publisher, playout }) => [
        publisher === 'guest-0' ? 'vp8' : 'h264',
        playout?.framesDecoded ?? 0,
      ]),
  );
  return {
    framesDecoded,
    audio: of('audio'),
    video: of('video'),
    client: line,
  };
};
