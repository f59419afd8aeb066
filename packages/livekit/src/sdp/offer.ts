import { write } from 'sdp-transform';
import type { LocalPeer } from '../media-plane.ts';
import { applicationSection, offeredSection, type Section } from './media-section.ts';

/** The mid of `m=application`, first in every offer of ours. */
export const APPLICATION_MID = '0';

export interface OfferInput {
  /** Fixed for the life of the PeerConnection. */
  sessionId: number;
  /** Counts up with every offer (RFC 8829 §5.2.2). */
  version: number;
  local: LocalPeer;
  /** After the application section; only ever appended to (RFC 3264 §8). */
  sections: readonly Section[];
  cname: string;
}

/** An offer as a browser writes it: everything bundled, our one host candidate inside, so that nothing needs to trickle from us. */
export const writeOffer = ({ sessionId, version, local, sections, cname }: OfferInput): string => {
  const application = applicationSection(local, APPLICATION_MID, 'actpass');
  const media = [application, ...sections.map((section) => offeredSection(section, local, cname))];
  return describe(sessionId, version, media, local);
};

type Media = ReturnType<typeof offeredSection>;

/** Session-level lines around the m-lines; the candidate goes under the first one, which carries the bundle. */
export const describe = (sessionId: number, version: number, media: Media[], local: LocalPeer): string => {
  const bundled = media.filter(({ port }) => port !== 0).map(({ mid }) => mid);
  const body = write({
    version: 0,
    origin: { username: '-', sessionId, sessionVersion: version, netType: 'IN', ipVer: 4, address: '127.0.0.1' },
    name: '-',
    timing: { start: 0, stop: 0 },
    groups: [{ type: 'BUNDLE', mids: bundled.join(' ') }],
    extmapAllowMixed: 'extmap-allow-mixed',
    msidSemantic: { semantic: 'WMS', token: '*' },
    media,
  });
  // The plane hands its candidate over as text; taking it apart for sdp-transform to put together again would only lose what it does not know.
  return body.replace(/(\r\na=mid:)/, `\r\na=${local.candidate}\r\na=end-of-candidates$1`);
};
