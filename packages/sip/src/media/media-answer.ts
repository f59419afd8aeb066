import { isIPv4 } from 'node:net';
import { parseSdp } from '@livekit-swarm/livekit';

/** Where and how a caller sends media, as the answer states it. */
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
  if (audio === undefined || audio.port === 0 || host === undefined || !isIPv4(host)) return null;
  const events = audio.rtp.find(({ codec }) => codec.toLowerCase() === 'telephone-event');
  return { host, port: audio.port, eventPayloadType: events?.payload ?? null };
};
