import { MediaError } from './media-error.ts';

export interface Vp9Frame {
  /** True if the frame can be decoded on its own. */
  keyframe: boolean;
  shown: boolean;
}

/**
 * Reads the first byte of the uncompressed header (VP9 bitstream specification §6.2); supports
 * profile 0 only.
 */
export const readVp9Frame = (frame: Uint8Array): Vp9Frame => {
  const [first = 0] = frame;
  if (first >> 6 !== 0b10) throw new MediaError('the frame does not begin with a VP9 frame marker');
  if ((first & 0x30) !== 0)
    throw new MediaError('the frame is not of VP9 profile 0, which browsers decode');
  if ((first & 0x08) !== 0)
    throw new MediaError('the frame only repeats an earlier one; a clip has no such frames');
  return { keyframe: (first & 0x04) === 0, shown: (first & 0x02) !== 0 };
};
