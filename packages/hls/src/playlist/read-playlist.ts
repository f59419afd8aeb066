import { parse, setOptions, type types } from 'hls-parser';
import type { ByteRange } from '../http/fetcher.ts';
import { type HlsProblem, problemAt } from '../problem.ts';
import type {
  LeftOut,
  MediaPlaylist,
  MultivariantPlaylist,
  Playlist,
  Segment,
} from './playlist.ts';

// Deviations that players accept are not errors, and the parser would print them.
setOptions({ strictMode: false, silent: true });

const BEGINNING = /^\uFEFF?#EXTM3U/;
/** Length of the beginning of another answer in a problem, characters. */
const SHOWN = 60;

/** Returns true if a text begins as a playlist does. */
export const startsPlaylist = (text: string): boolean => BEGINNING.test(text);

/**
 * Reads a playlist.
 * @param url its address after redirects, against which its addresses are resolved
 */
export const readPlaylist = (text: string, url: URL): Playlist | HlsProblem => {
  if (!startsPlaylist(text))
    return problemAt('not_playlist', url, text.trim().slice(0, SHOWN).replaceAll(/\s+/g, ' '));
  let parsed: types.MasterPlaylist | types.MediaPlaylist;
  try {
    parsed = parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    // The parser throws errors of many kinds, also TypeErrors, for malformed lines.
    return problemAt('not_playlist', url, error instanceof Error ? error.message : null);
  }
  try {
    return parsed.isMasterPlaylist ? multivariant(parsed, url) : media(parsed, url);
  } catch (error) {
    if (error instanceof BadAddress) return problemAt('not_playlist', url, error.message);
    throw error;
  }
};

class BadAddress extends Error {}

const resolve = (address: string, base: URL): URL => {
  const url = URL.parse(address, base.href);
  if (url === null) throw new BadAddress(`not an address: ${address.slice(0, SHOWN)}`);
  return url;
};

const multivariant = (
  { variants }: types.MasterPlaylist,
  url: URL,
): MultivariantPlaylist | HlsProblem => {
  const followed = variants.filter(({ isIFrameOnly }) => isIFrameOnly !== true);
  if (followed.length === 0) return problemAt('no_variants', url);
  const hasRenditions = followed.some(({ audio }) => audio.some(({ uri }) => uri !== undefined));
  return {
    type: 'multivariant',
    variants: followed.map(({ uri, bandwidth = 0 }) => ({ url: resolve(uri, url), bandwidth })),
    leftOut: hasRenditions ? ['renditions'] : [],
  };
};

const media = (playlist: types.MediaPlaylist, url: URL): MediaPlaylist | HlsProblem => {
  const { targetDuration, endlist, playlistType, start } = playlist;
  // Required by RFC 8216 section 4.3.3.1: without it no reload can be timed.
  if (!(Number.isFinite(targetDuration) && targetDuration > 0))
    return problemAt('not_playlist', url, 'it has no EXT-X-TARGETDURATION');
  const segments = readSegments(playlist, url);
  const leftOut: LeftOut[] = [
    ...(playlist.partTargetDuration === undefined ? [] : (['low_latency_parts'] as const)),
    ...(playlist.segments.some(({ key }) => isProtected(key)) ? (['protected_keys'] as const) : []),
  ];
  return {
    type: 'media',
    targetDurationMs: targetDuration * 1_000,
    segments,
    hasEnded: endlist || playlistType === 'VOD',
    startOffsetMs: start === undefined ? null : start.offset * 1_000,
    leftOut,
  };
};

/** Segments with the dates that follow from an earlier EXT-X-PROGRAM-DATE-TIME. */
const readSegments = (playlist: types.MediaPlaylist, url: URL): Segment[] => {
  let dateMs: number | null = null;
  // The parser adds a segment without an address for parts of one that is not finished.
  const finished = playlist.segments.filter(({ uri }) => uri);
  return finished.map((segment): Segment => {
    const durationMs = segment.duration * 1_000;
    // A date does not continue over a discontinuity (RFC 8216 section 4.3.2.6).
    if (segment.discontinuity === true) dateMs = null;
    dateMs = segment.programDateTime?.getTime() ?? dateMs;
    const programDateMs = dateMs !== null && Number.isFinite(dateMs) ? dateMs : null;
    if (dateMs !== null) dateMs += durationMs;
    const { map, key } = segment;
    return {
      url: resolve(segment.uri, url),
      mediaSequence: segment.mediaSequenceNumber,
      durationMs,
      programDateMs,
      discontinuity: segment.discontinuity === true,
      isAbsent: segment.gap === true,
      range: rangeOf(segment.byterange),
      map: map?.uri ? { url: resolve(map.uri, url), range: rangeOf(map.byterange) } : null,
      keyUrl: key?.uri && !isProtected(key) ? resolve(key.uri, url) : null,
    };
  });
};

/** The parser continues the range before (section 4.3.2.2), and reports -1 where there is none. */
const rangeOf = (range: types.Byterange | undefined): ByteRange | null =>
  range === undefined || range === null
    ? null
    : { offset: Math.max(0, range.offset), length: range.length };

/** Returns true for a key of a DRM system, whose address no HTTP client can load. */
const isProtected = (key: types.Key | undefined): boolean =>
  key?.uri !== undefined && !/^(https?:|[^:]*$|[^:/]*\/)/i.test(key.uri);
