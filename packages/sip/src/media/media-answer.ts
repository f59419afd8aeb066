import { isIPv4 } from 'node:net';
import { parseSdp } from '@livekit-swarm/livekit';

/** Address of the media of the other side, and its telephone events, as its answer states them. */
export interface MediaAnswer {
  host: string;
  port: number;
  /** Payload type of telephone events; null: the other side does not take them. */
  eventPayloadType: number | null;
}

/** Directions with which the other side takes no media: hold (RFC 3264, §8.4). */
const TAKES_NOTHING: ReadonlySet<string | undefined> = new Set(['sendonly', 'inactive']);

/**
 * Reads the SDP of an answer, or of an offer within a call; null: it has no address for audio to
 * which a caller can send, as while the other side holds the call.
 */
export const readMediaAnswer = (sdp: string): MediaAnswer | null => {
  const { connection, direction, media } = parseSdp(sdp);
  const audio = media.find(({ type }) => type === 'audio');
  const host = audio?.connection?.ip ?? connection?.ip;
  if (audio === undefined || host === undefined || !isIPv4(host)) return null;
  // The older form of hold. A packet to this address would arrive at this host.
  if (host === '0.0.0.0' || TAKES_NOTHING.has(audio.direction ?? direction)) return null;
  // 0 refuses the media; a socket throws at a port that does not exist.
  if (!(audio.port >= 1 && audio.port <= 65_535)) return null;
  const events = audio.rtp.find(({ codec }) => codec.toLowerCase() === 'telephone-event');
  return { host, port: audio.port, eventPayloadType: events?.payload ?? null };
};
