import { MediaError } from './media-error.ts';

export interface Vp8FrameInfo {
  keyframe: boolean;
  /** True if a decoder shows the frame; alternate reference frames are not shown. */
  shown: boolean;
  /** Size of the picture, pixels; null except in keyframes. */
  size: { width: number; height: number } | null;
}

const FRAME_TAG_BYTES = 3;
const KEYFRAME_HEADER_BYTES = 10;

/**
 * Reads the uncompressed data chunk at the beginning of a VP8 frame (RFC 6386 §9.1).
 * @throws MediaError if the frame is shorter than its header announces, or a keyframe lacks its
 * start code
 */
export const readVp8Frame = (frame: Uint8Array): Vp8FrameInfo => {
  const [first = 0, second = 0, third = 0] = frame;
  const keyframe = (first & 1) === 0;
  const headerBytes = keyframe ? KEYFRAME_HEADER_BYTES : FRAME_TAG_BYTES;
  const firstPartition = (first | (second << 8) | (third << 16)) >> 5;
  if (frame.length < headerBytes + firstPartition)
    throw new MediaError(
      `a VP8 frame of ${frame.length} bytes announces ${headerBytes + firstPartition} (RFC 6386 §9.1)`,
    );
  const shown = (first & 0x10) !== 0;
  if (!keyframe) return { keyframe, shown, size: null };
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint16(3) !== 0x9d01 || view.getUint8(5) !== 0x2a)
    throw new MediaError('a VP8 keyframe lacks the start code 9d 01 2a (RFC 6386 §9.1)');
  // The upper two bits of each are a scaling hint for the display.
  return {
    keyframe,
    shown,
    size: { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff },
  };
};
