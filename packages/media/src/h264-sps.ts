import { MediaError } from './media-error.ts';
import { NAL, nalType } from './nal-unit.ts';

export interface SpsInfo {
  /**
   * Profile, constraints and level as six hexadecimal digits, as in the SDP parameter
   * `profile-level-id` (RFC 6184 §8.1).
   */
  profileLevelId: string;
  /** Width of the picture after cropping, pixels. */
  width: number;
  height: number;
}

/**
 * Profiles whose parameter sets have no chroma format fields (ITU-T H.264 §7.3.2.1.1): Baseline,
 * Main, Extended.
 */
const PLAIN_PROFILES = [66, 77, 88];

/** Removes emulation prevention bytes: the 03 in each 00 00 03 (ITU-T H.264 §7.3.1). */
const rawBytes = (nal: Uint8Array): Uint8Array =>
  nal.filter(
    (byte, index) => !(byte === 3 && index >= 2 && nal[index - 1] === 0 && nal[index - 2] === 0),
  );

interface BitReader {
  bits(count: number): number;
  /** Reads an unsigned Exp-Golomb code (ITU-T H.264 §9.1). */
  ue(): number;
}

const bitReader = (bytes: Uint8Array, startByte: number): BitReader => {
  let position = startByte * 8;
  const bit = (): number => {
    const byte = bytes[position >> 3];
    if (byte === undefined) throw new MediaError('an H.264 sequence parameter set is truncated');
    const value = (byte >> (7 - (position & 7))) & 1;
    position += 1;
    return value;
  };
  const bits = (count: number): number => {
    let value = 0;
    for (let index = 0; index < count; index += 1) value = value * 2 + bit();
    return value;
  };
  const ue = (): number => {
    let zeros = 0;
    while (bit() === 0) zeros += 1;
    return 2 ** zeros - 1 + bits(zeros);
  };
  return { bits, ue };
};

const skipPictureOrderCount = ({ bits, ue }: BitReader): void => {
  const type = ue();
  if (type === 0) ue();
  if (type !== 1) return;
  bits(1);
  ue();
  ue();
  for (let cycle = ue(); cycle > 0; cycle -= 1) ue();
};

/**
 * Reads size and profile from a sequence parameter set (ITU-T H.264 §7.3.2.1.1) of the Baseline,
 * Main or Extended profile.
 * @throws MediaError if the NAL unit is not a parameter set, is truncated, or has another profile
 */
export const readSps = (nal: Uint8Array): SpsInfo => {
  if (nalType(nal) !== NAL.sps || nal.length < 4)
    throw new MediaError('this NAL unit is not an H.264 sequence parameter set');
  const bytes = rawBytes(nal);
  const profile = bytes[1] ?? 0;
  if (!PLAIN_PROFILES.includes(profile))
    throw new MediaError(
      `H.264 profile ${profile}; clips are of the Baseline profile (66), which every browser decodes`,
    );
  const reader = bitReader(bytes, 4);
  const { bits, ue } = reader;
  ue(); // seq_parameter_set_id
  ue(); // log2_max_frame_num_minus4
  skipPictureOrderCount(reader);
  ue(); // max_num_ref_frames
  bits(1); // gaps_in_frame_num_value_allowed_flag
  const macroblocksWide = ue() + 1;
  const mapUnitsHigh = ue() + 1;
  const framesOnly = bits(1);
  if (framesOnly === 0) bits(1); // mb_adaptive_frame_field_flag
  bits(1); // direct_8x8_inference_flag
  const [left, right, top, bottom] = bits(1) === 1 ? [ue(), ue(), ue(), ue()] : [0, 0, 0, 0];
  const fields = 2 - framesOnly;
  return {
    profileLevelId: Buffer.from(bytes.subarray(1, 4)).toString('hex'),
    // Cropping counts in chroma samples: two pixels in each direction at 4:2:0 (equations 7-19 to
    // 7-22).
    width: macroblocksWide * 16 - 2 * (left + right),
    height: fields * (mapUnitsHigh * 16 - 2 * (top + bottom)),
  };
};
