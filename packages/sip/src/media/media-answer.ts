import { isIPv4 } from 'node:net';
import { parseSdp } from '@livekit-swarm/livekit';

/** Address of the media of the other side, and its telephone events, as its answer states them. */
export interface MediaAnswer {
  host: string;
  port: number;
  /** Payload type of telephone events; null: the other side does not take them. */
  eventPayloadType: number | null;
}

/** Reads the SDP of an answer; null: it has no address for audio to which a caller can send. */
export const readMediaAnswer = (sdp: string): MediaAnswer | null => {
  const { connection, media } = parseSdp(sdp);
  const audio = media.find(({ type }) => type === 'audio');
  const host = audio?.connection?.ip ?? connection?.ip;
  if (audio === undefined || host === undefined || !isIPv4(host)) return null;
  // 0 refuses the media; a socket throws at a port that does not exist.
  if (!(audio.port >= 1 && audio.port <= 65_535)) return null;
  const events = audio.rtp.find(({ codec }) => codec.toLowerCase() === 'telephone-event');
  return { host, port: audio.port, eventPayloadType: events?.payload ?? null };
};
