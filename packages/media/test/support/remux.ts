/**
 * Writes depacketised frames back into the container they came from, byte for byte as ffmpeg did:
 * the SHA-256 of the result then proves that a clip contains the encoded file, without keeping that
 * file.
 */
import { isParameterSet } from '../../src/nal-unit.ts';
import type { VideoPreset } from '../../src/video-preset.ts';

export const writeIvf = (frames: Uint8Array[], { width, height, fps }: VideoPreset): Uint8Array => {
  const header = Buffer.alloc(32);
  header.write('DKIF\0\0\0\0VP80', 'latin1');
  header.writeUInt16LE(header.length, 6);
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(fps, 16);
  header.writeUInt32LE(1, 20);
  header.writeUInt32LE(frames.length, 24);
  const parts = frames.flatMap((frame, index) => {
    const frameHeader = Buffer.alloc(12);
    frameHeader.writeUInt32LE(frame.length, 0);
    frameHeader.writeBigUInt64LE(BigInt(index), 4);
    return [frameHeader, frame];
  });
  return Buffer.concat([header, ...parts]);
};

/**
 * Writes a byte stream. A start code has four bytes before a parameter set and before the first NAL
 * unit of a picture, else three (ITU-T H.264 §B.1.2).
 */
export const writeAnnexB = (pictures: Uint8Array[][]): Uint8Array =>
  Buffer.concat(
    pictures.flatMap((nals) =>
      nals.flatMap((nal, index) => {
        const long = index === 0 || isParameterSet(nal);
        return [Uint8Array.from(long ? [0, 0, 0, 1] : [0, 0, 1]), nal];
      }),
    ),
  );
