import { MediaError } from './media-error.ts';

/** A frame of an IVF file. */
export interface IvfFrame {
  data: Uint8Array;
  /** Presentation time, in ticks of the file's clock, which runs at `rate / scale` per second. */
  pts: number;
}

export interface IvfFile {
  /** Codec by its four-character code: `VP80` for VP8. */
  codec: string;
  width: number;
  height: number;
  /**
   * Numerator of the clock rate: `rate / scale` ticks per second, such as `30 / 1` for 30 frames
   * per second.
   */
  rate: number;
  scale: number;
  frames: IvfFrame[];
}

const FILE_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 12;

const readFrames = (file: Uint8Array, view: DataView, firstAt: number): IvfFrame[] => {
  const frames: IvfFrame[] = [];
  let at = firstAt;
  while (at < file.length) {
    const wrong = (what: string): MediaError =>
      new MediaError(`IVF frame ${frames.length} at byte ${at} ${what}`);
    if (at + FRAME_HEADER_BYTES > file.length) throw wrong('is truncated in its header');
    const dataAt = at + FRAME_HEADER_BYTES;
    const length = view.getUint32(at, true);
    if (length === 0) throw wrong('is empty');
    if (dataAt + length > file.length)
      throw wrong(`is truncated: it has ${file.length - dataAt} of ${length} bytes`);
    const pts = Number(view.getBigUint64(at + 4, true));
    const previous = frames.at(-1);
    if (previous !== undefined && pts <= previous.pts)
      throw wrong(`has timestamp ${pts}, not after ${previous.pts}`);
    frames.push({ data: file.subarray(dataAt, dataAt + length), pts });
    at = dataAt + length;
  }
  return frames;
};

/**
 * Reads an IVF file: a header of 32 bytes, then each frame after 12 bytes of length and timestamp,
 * little endian.
 * @throws MediaError if the file is truncated, damaged or without frames, or its timestamps do not
 * rise
 */
export const readIvf = (file: Uint8Array): IvfFile => {
  if (file.length < FILE_HEADER_BYTES)
    throw new MediaError(`the file has ${file.length} bytes; the IVF header alone has 32`);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (view.getUint32(0) !== 0x444b4946)
    throw new MediaError('the file does not begin with "DKIF": this is not an IVF file');
  if (view.getUint16(4, true) !== 0)
    throw new MediaError(`the IVF header has version ${view.getUint16(4, true)}; only 0 exists`);
  const headerBytes = view.getUint16(6, true);
  if (headerBytes < FILE_HEADER_BYTES || headerBytes > file.length)
    throw new MediaError(`the IVF header announces ${headerBytes} bytes; it has 32`);
  const [rate, scale] = [view.getUint32(16, true), view.getUint32(20, true)];
  if (rate === 0 || scale === 0)
    throw new MediaError(`the IVF header announces ${rate}/${scale} ticks a second`);
  const frames = readFrames(file, view, headerBytes);
  if (frames.length === 0) throw new MediaError('the IVF file has a header and no frames');
  const codec = new TextDecoder('latin1').decode(file.subarray(8, 12));
  return {
    codec,
    width: view.getUint16(12, true),
    height: view.getUint16(14, true),
    rate,
    scale,
    frames,
  };
};
