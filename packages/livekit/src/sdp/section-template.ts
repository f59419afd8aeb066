import type { LocalPeer } from '../media-plane.ts';
import { offeredSection, type Section } from './media-section.ts';

/**
 * Placeholders for the fields in which otherwise equal m-lines differ: words in braces, which no
 * real m-line contains.
 */
const LOCAL: LocalPeer = {
  peer: 0,
  ufrag: '{ufrag}',
  pwd: '{pwd}',
  fingerprint: '{hash} {fingerprint}',
  candidates: [],
};
/** Placeholders for SSRCs, beyond the range of real ones: sdp-transform writes numbers only. */
const [SSRC, RTX_SSRC] = [8_000_000_001, 8_000_000_002];

/**
 * Texts between the fields of an m-line, and the names of the fields: `text {name} text {name}
 * text`.
 */
type Template = readonly string[];

/**
 * Templates by kind of m-line. A process writes the same few m-lines for thousands of participants,
 * and sdp-transform would take most of the time of an offer.
 */
const templates = new Map<string, Template>();

/**
 * Writes an offered m-line. `write` converts a description of m-lines to text, and is called once
 * for each kind.
 */
export const writeSection = (
  section: Section,
  local: LocalPeer,
  cname: string,
  write: (media: ReturnType<typeof offeredSection>) => string,
): string => {
  const key = keyOf(section);
  let template = templates.get(key);
  if (template === undefined) {
    template = templateOf(write(offeredSection(blank(section), LOCAL, '{cname}')));
    templates.set(key, template);
  }
  const [hash = '', fingerprint = ''] = local.fingerprint.split(' ');
  const layer = section.track?.layers[0];
  const fields: Record<string, string | number | null | undefined> = {
    mid: section.mid,
    ufrag: local.ufrag,
    pwd: local.pwd,
    hash,
    fingerprint,
    cname,
    cid: section.track?.cid,
    ssrc: layer?.ssrc,
    rtx: layer?.rtxSsrc,
  };
  return template.map((part, index) => (index % 2 === 0 ? part : fields[part])).join('');
};

/** Properties that decide which lines an m-line has. */
const keyOf = ({ kind, track, stopped }: Section): string =>
  track === null
    ? kind
    : [
        kind,
        track.codec,
        track.stereo === true,
        stopped === true,
        track.layers.map(({ rid, rtxSsrc }) => `${rid}/${rtxSsrc !== null}`),
      ].join();

const blank = (section: Section): Section => ({
  ...section,
  mid: '{mid}',
  track: section.track && {
    ...section.track,
    cid: '{cid}',
    layers: section.track.layers.map((layer) => ({
      ...layer,
      ssrc: SSRC,
      rtxSsrc: layer.rtxSsrc && RTX_SSRC,
    })),
  },
});

const templateOf = (text: string): Template =>
  text
    .replaceAll(String(SSRC), '{ssrc}')
    .replaceAll(String(RTX_SSRC), '{rtx}')
    .split(/\{(\w+)\}/);
