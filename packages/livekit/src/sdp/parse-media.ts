import { type MediaDescription, parse } from 'sdp-transform';

/**
 * Splits a description into the lines of the session and of each m-line. Only CR and LF end a line,
 * as in sdp-transform; `^` with the flag `m` would also split at U+2028.
 */
export const splitDescription = (sdp: string): { head: string; bodies: string[] } => {
  const [head = '', ...bodies] = sdp.split(/(?<=^|[\r\n])(?=m=)/);
  return { head, bodies };
};

/**
 * Parses one m-line to the declared types. sdp-transform returns a number for a codec or msid that
 * looks like one, and a text for a missing number. Attributes with numbers that no packet can
 * contain are dropped.
 * @throws Error when the text has no m-line
 */
export const parseMedia = (text: string): MediaDescription => {
  const lines = text.split(/(?<=\n)/);
  const shared = lines.filter((line) => !OWN_LINE.test(line)).join('');
  if (shared.length > MAX_KNOWN_CHARACTERS) return parseLines(text);
  let common = known.get(shared);
  if (common === undefined) {
    if (known.size >= MAX_KNOWN) known.clear();
    common = parseLines(shared);
    known.set(shared, common);
  }
  const {
    rtp: _,
    fmtp: __,
    ...own
  } = parseLines(lines.filter((line, index) => index === 0 || OWN_LINE.test(line)).join(''));
  return { ...common, ...own };
};

/**
 * Lines that differ between participants. All others are the same in thousands of descriptions, and
 * are parsed once.
 */
const OWN_LINE = /^a=(?:ice-|candidate|end-of-candidates|ssrc|msid)/;
const known = new Map<string, MediaDescription>();
/**
 * Limits of the cache, entries and characters: a server must not fill the memory with m-lines that
 * are all different.
 */
const [MAX_KNOWN, MAX_KNOWN_CHARACTERS] = [256, 8_192];

const parseLines = (text: string): MediaDescription => {
  const [media] = parse(text).media;
  if (media === undefined) throw new Error('the description has an m-line that cannot be read');
  const { mid, rtp, fmtp, rtcpFb, ext, ssrcs, ssrcGroups, msid } = media;
  return {
    ...media,
    ...(mid !== undefined && { mid: String(mid) }),
    rtp: rtp
      .filter(({ payload }) => isPayloadType(payload))
      .map(({ rate, ...line }) => ({
        ...line,
        codec: String(line.codec),
        ...(isUint32(rate) && { rate }),
      })),
    fmtp: fmtp
      .filter(({ payload }) => isPayloadType(payload))
      .map((line) => ({ ...line, config: String(line.config) })),
    ...(rtcpFb && {
      rtcpFb: rtcpFb.map(({ subtype, ...line }) => ({
        ...line,
        type: String(line.type),
        ...(subtype !== undefined && { subtype: String(subtype) }),
      })),
    }),
    ...(ext && {
      ext: ext
        .filter(({ value }) => isWhole(value, 1, MAX_EXTENSION_ID))
        .map((line) => ({ ...line, uri: String(line.uri) })),
    }),
    ...(ssrcs && {
      ssrcs: ssrcs
        .filter(({ id }) => isUint32(id))
        .map(({ value, ...line }) => ({
          ...line,
          ...(value !== undefined && { value: String(value) }),
        })),
    }),
    ...(ssrcGroups && {
      ssrcGroups: ssrcGroups.map((line) => ({ ...line, ssrcs: String(line.ssrcs) })),
    }),
    ...(msid && { msid: msid.map((line) => ({ ...line, id: String(line.id) })) }),
  };
};

/** Largest extension id of the two-byte form (RFC 8285 §4.3). */
const MAX_EXTENSION_ID = 255;

const isWhole = (value: unknown, min: number, max: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

/** Checks a payload type, seven bits (RFC 3550 §5.1). */
const isPayloadType = (value: unknown): boolean => isWhole(value, 0, 127);

export const isUint32 = (value: unknown): boolean => isWhole(value, 0, 0xffff_ffff);
