/** Frames on data tracks: a number, the time of sending, and bytes that follow from the number. */

/** Bytes of number and time. */
const HEAD_BYTES = 12;

const unixMs = (): number => performance.timeOrigin + performance.now();

/** @param bytes size of the frame, at least 12 */
export const frameOf = (number: number, bytes: number): Uint8Array<ArrayBuffer> => {
  const frame = new Uint8Array(bytes);
  const view = new DataView(frame.buffer);
  view.setUint32(0, number);
  view.setFloat64(4, unixMs());
  for (let index = HEAD_BYTES; index < bytes; index++) frame[index] = fill(number, index);
  return frame;
};

/** Number of a frame, and the time since it was sent, ms; null: it is damaged. */
export const readFrame = (frame: Uint8Array): { number: number; ms: number } | null => {
  if (frame.length < HEAD_BYTES) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const number = view.getUint32(0);
  for (let index = HEAD_BYTES; index < frame.length; index++)
    if (frame[index] !== fill(number, index)) return null;
  return { number, ms: unixMs() - view.getFloat64(4) };
};

const fill = (number: number, index: number): number => (number * 31 + index * 7) & 255;
