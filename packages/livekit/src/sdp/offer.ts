import { type MediaDescription, write } from 'sdp-transform';
import type { LocalPeer } from '../media-plane.ts';
import { applicationSection, type Section } from './media-section.ts';
import { splitDescription } from './parse-media.ts';
import { writeSection } from './section-template.ts';

/** The mid of `m=application`, first in every local offer. */
export const APPLICATION_MID = '0';

/** Texts of m-lines by mid: an offer repeats all earlier ones, a hundred in a large room. */
export type WrittenSections = Map<string, string>;

export interface OfferInput {
  /** Session id, constant for the life of the PeerConnection. */
  sessionId: number;
  /** Number of the offer (RFC 8829 §5.2.2). */
  version: number;
  local: LocalPeer;
  /** m-lines after the application section, in order; new ones are only appended (RFC 3264 §8). */
  sections: readonly Section[];
  cname: string;
  /** Cache of written m-lines, by mid; the caller empties it when `local` changes. */
  written?: WrittenSections;
}

/** An offer as a browser writes it: bundled, with the local host candidates inside. */
export const writeOffer = ({
  sessionId,
  version,
  local,
  sections,
  cname,
  written = new Map(),
}: OfferInput): string => {
  const media = [applicationSection(local, APPLICATION_MID, 'actpass')].filter(
    () => !written.has(APPLICATION_MID),
  );
  const { head, bodies } = describe(sessionId, version, media, local);
  for (const [index, body] of bodies.entries()) written.set(String(media[index]?.mid), body);
  for (const section of sections)
    if (!written.has(section.mid))
      written.set(
        section.mid,
        writeSection(section, local, cname, (media) =>
          describe(sessionId, version, [media], local).bodies.join(''),
        ),
      );
  const mids = [APPLICATION_MID, ...sections.map(({ mid }) => mid)];
  return bundle(head, mids) + mids.map((mid) => written.get(mid) ?? '').join('');
};

/**
 * Writes the session-level lines without the group, and m-lines. The candidates follow the
 * application section, which carries the bundle.
 */
export const describe = (
  sessionId: number,
  version: number,
  media: MediaDescription[],
  local: LocalPeer,
): { head: string; bodies: string[] } => {
  const written = write({
    version: 0,
    origin: {
      username: '-',
      sessionId,
      sessionVersion: version,
      netType: 'IN',
      ipVer: 4,
      address: '127.0.0.1',
    },
    name: '-',
    timing: { start: 0, stop: 0 },
    extmapAllowMixed: 'extmap-allow-mixed',
    msidSemantic: { semantic: 'WMS', token: '*' },
    media,
  });
  const { head, bodies } = splitDescription(written);
  // The plane provides candidates as text. sdp-transform would parse and rewrite them, and lose
  // attributes that it does not know.
  const withCandidates = (body: string) =>
    body.startsWith('m=application') ? `${body}${candidateLines(local)}` : body;
  return { head, bodies: bodies.map(withCandidates) };
};

/** Lines of the local candidates, which are complete. */
export const candidateLines = ({ candidates }: LocalPeer): string =>
  [...candidates, 'end-of-candidates'].map((line) => `a=${line}\r\n`).join('');

export const bundle = (head: string, mids: readonly string[]): string =>
  `${head}a=group:BUNDLE ${mids.join(' ')}\r\n`;
