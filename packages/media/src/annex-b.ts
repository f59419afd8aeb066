import { MediaError } from './media-error.ts';
import { isSlice, NAL, nalType } from './nal-unit.ts';

/** The NAL units of one picture, without start codes, emulation prevention bytes left in. */
export interface AccessUnit {
  nals: Uint8Array[];
  /** True for an IDR picture, at which decoding can begin. */
  keyframe: boolean;
}

const isStartCode = (file: Uint8Array, at: number): boolean =>
  file[at] === 0 && file[at + 1] === 0 && file[at + 2] === 1;

/**
 * Zero bytes around a start code belong to no NAL unit (ITU-T H.264 §B.1); a NAL unit itself never
 * ends with one (§7.4.1).
 */
const withoutTrailingZeros = (bytes: Uint8Array): Uint8Array => {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return bytes.subarray(0, end);
};

const checkNal = (nal: Uint8Array, at: number): Uint8Array => {
  const wrong = (what: string): MediaError =>
    new MediaError(`the NAL unit at byte ${at} ${what} (ITU-T H.264 §7.4.1)`);
  const type = nalType(nal);
  if (nal.length === 0) throw wrong('is empty');
  if (((nal[0] ?? 0) & 0x80) !== 0) throw wrong('has its forbidden bit set');
  if (type === 0 || type >= 24) throw wrong(`has type ${type}, which no H.264 stream contains`);
  if (isSlice(nal) && nal.length < 3) throw wrong('is a slice without contents');
  return nal;
};

const splitNals = (file: Uint8Array): Uint8Array[] => {
  const starts: number[] = [];
  for (let at = file.indexOf(1); at !== -1; at = file.indexOf(1, at + 1))
    if (isStartCode(file, at - 2)) starts.push(at + 1);
  const [first] = starts;
  if (first === undefined)
    throw new MediaError(
      'the file holds no start code 00 00 01, so it is not an H.264 Annex B stream',
    );
  if (withoutTrailingZeros(file.subarray(0, first - 1)).length > 0)
    throw new MediaError(
      `the file has ${first - 3} bytes of something else before its first start code`,
    );
  return starts.map((start, index) => {
    const next = starts[index + 1];
    return checkNal(
      withoutTrailingZeros(file.subarray(start, next === undefined ? file.length : next - 3)),
      start,
    );
  });
};

/**
 * Returns true for the first slice of a picture: first_mb_in_slice is 0, whose Exp-Golomb code is a
 * single one bit (ITU-T H.264 §7.3.3, §9.1).
 */
const startsPicture = (nal: Uint8Array): boolean => ((nal[1] ?? 0) & 0x80) !== 0;

/**
 * Returns true for a type that, after a picture's last slice, begins the next access unit (ITU-T
 * H.264 §7.4.1.2.3).
 */
const opensAccessUnit = (type: number): boolean =>
  (type >= NAL.sei && type <= 9) || (type >= 14 && type <= 18);

/**
 * Reads an H.264 byte stream (ITU-T H.264 Annex B) with pictures in decoding order. A stream has no
 * lengths: one that was cut off between two NAL units, or within the last, reads as a shorter
 * stream.
 * @throws MediaError if there is no start code, a NAL unit is empty or impossible, or the first or
 * last access unit has no picture
 */
export const readAnnexB = (file: Uint8Array): AccessUnit[] => {
  const units: Uint8Array[][] = [];
  let current: Uint8Array[] = [];
  let hasPicture = false;
  for (const nal of splitNals(file)) {
    const begins = isSlice(nal) ? startsPicture(nal) : opensAccessUnit(nalType(nal));
    if (hasPicture && begins) {
      units.push(current);
      current = [];
      hasPicture = false;
    }
    if (isSlice(nal) && !hasPicture && !begins)
      throw new MediaError(`picture ${units.length} lacks its first slice`);
    hasPicture ||= isSlice(nal);
    current.push(nal);
  }
  if (!hasPicture)
    throw new MediaError(
      `the file ends after ${units.length} pictures with a NAL unit that belongs to none`,
    );
  units.push(current);
  return units.map((nals) => ({ nals, keyframe: nals.some((nal) => nalType(nal) === NAL.idr) }));
};
