import type { LocalPeer } from '../media-plane.ts';
import { offeredSection, type Section } from './media-section.ts';

/** What differs between m-lines that are the same otherwise; single words in braces, which no line of an offer has. */
const LOCAL: LocalPeer = {
  peer: 0,
  ufrag: '{ufrag}',
  pwd: '{pwd}',
  fingerprint: '{hash} {fingerprint}',
  candidates: [],
};
/** sdp-transform writes numbers only. No SSRC of a track is this large. */
const [SSRC, RTX_SSRC] = [8_000_000_001, 8_000_000_002];

/** Texts between the fields of an m-line, and the names of the fields: `text {name} text {name} text`. */
type Template = readonly string[];

/** A process writes the same few m-lines for thousands of participants; sdp-transform takes longer for each than all else that belongs to an offer. */
const templates = new Map<string, Template>();

/** An offered m-line as text. `write` makes text of a description of m-lines, and is called once for each kind of them. */
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

/** All that decides which lines an m-line has. */
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
