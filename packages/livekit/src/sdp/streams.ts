import type { ReceiveStream, SendStream } from '../media-plane.ts';
import type { OwnTrack } from './own-track.ts';
import type { RemoteSection } from './read.ts';

/** Streams to send on an answered m-line; null: the server rejected all of them. */
export const sendStreams = (
  track: OwnTrack,
  answered: RemoteSection,
): Omit<SendStream, 'active'>[] | null => {
  const payload = answered.payloads.find(({ codec }) => codec === track.codec);
  const taken =
    !answered.rejected && (answered.direction === 'recvonly' || answered.direction === 'sendrecv');
  if (!taken || payload === undefined) return null;
  return track.layers.map(({ rid, ssrc, rtxSsrc }) => ({
    cid: track.cid,
    kind: track.kind,
    codec: track.codec,
    mid: answered.mid,
    rid,
    ssrc,
    payloadType: payload.payloadType,
    rtxSsrc: payload.rtxPayloadType === null ? null : rtxSsrc,
    rtxPayloadType: payload.rtxPayloadType,
    extensions: answered.extensions,
  }));
};

/**
 * Remote track on an m-line; null: none. LiveKit packs participant and stream into the first word
 * of the msid, `PA_…|camera`, and puts the track's sid into the second.
 * @param midToTrackId from the message of the description; newer servers send it, and it includes
 * tracks whose msid was lost
 */
export const receiveStream = (
  section: RemoteSection,
  midToTrackId: Readonly<Record<string, string>>,
): Omit<ReceiveStream, 'muted'> | null => {
  const flows =
    !section.rejected && (section.direction === 'sendonly' || section.direction === 'sendrecv');
  if (!flows || section.kind === 'application') return null;
  const [participantSid = ''] = (section.msid?.stream ?? '').split('|');
  // A mid may equal the name of an inherited property.
  const mapped = Object.hasOwn(midToTrackId, section.mid) ? midToTrackId[section.mid] : undefined;
  const trackSid = mapped ?? section.msid?.track ?? '';
  if (trackSid === '') return null;
  return {
    mid: section.mid,
    kind: section.kind,
    trackSid,
    participantSid,
    ssrc: section.ssrc,
    rtxSsrc: section.rtxSsrc,
    payloads: section.payloads,
    nack: section.feedback.has('nack'),
    pli: section.feedback.has('nack pli'),
    remb: section.feedback.has('goog-remb'),
  };
};
