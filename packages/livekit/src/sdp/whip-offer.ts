import type { LocalPeer, MediaKind } from '../media-plane.ts';
import { offeredSection, sendProfile } from './media-section.ts';
import { bundle, candidateLines, describe } from './offer.ts';
import type { OwnTrack } from './own-track.ts';

export interface WhipOfferInput {
  sessionId: number;
  local: LocalPeer;
  tracks: readonly OwnTrack[];
  /** Kinds of media to receive, after the tracks. Default: none. */
  receive?: readonly MediaKind[];
  cname: string;
}

/** Mid of the m-line of a track, by its position. */
export const midOf = (position: number): string => String(position);

/**
 * The only offer of a WHIP (RFC 9725 §4.2) or WHEP session: bundled, without data channels, with all
 * local candidates, and with one codec for each sent track. The receiver refuses a codec that it
 * does not know, and does not answer with another. Received media may have any known codec.
 */
export const writeWhipOffer = ({
  sessionId,
  local,
  tracks,
  receive = [],
  cname,
}: WhipOfferInput): string => {
  const mids = [...tracks, ...receive].map((_, position) => midOf(position));
  const sent = tracks.map((track, position) => {
    const profile = sendProfile(track);
    const section = { mid: midOf(position), kind: track.kind, track };
    return highestFirst(
      offeredSection(section, local, cname, profile === undefined ? [] : [profile]),
    );
  });
  const received = receive.map((kind, position) =>
    offeredSection({ mid: midOf(tracks.length + position), kind, track: null }, local, cname),
  );
  const { head, bodies } = describe(sessionId, 1, [...sent, ...received], local);
  const [first = '', ...others] = bodies;
  return [bundle(head, mids), first, candidateLines(local), ...others].join('');
};

/**
 * Lists simulcast layers in the order of preference (RFC 8853 §5.2), the highest first: a receiver
 * without LiveKit's signalling has no other way to know which is which.
 */
const highestFirst = (media: ReturnType<typeof offeredSection>): typeof media => {
  const { simulcast, rids } = media;
  if (simulcast === undefined || rids === undefined) return media;
  const list1 = simulcast.list1.split(';').reverse().join(';');
  return { ...media, rids: rids.toReversed(), simulcast: { ...simulcast, list1 } };
};
