import { createHash } from 'node:crypto';
import { CLIP_FORMAT, type ClipData } from '@livekit-swarm/webrtc';

const uint32 = (table: Uint32Array): Uint8Array => {
  const bytes = new Uint8Array(table.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of table.entries()) view.setUint32(index * 4, value, true);
  return bytes;
};

/** Encodes a clip as a file; `readClip` in packages/webrtc reads it. */
export const writeClip = (clip: ClipData): Uint8Array => {
  const { magic, version, codecs, at, headerBytes } = CLIP_FORMAT;
  const contents = Buffer.concat([
    uint32(clip.packets),
    uint32(clip.frames),
    clip.audioLevels,
    clip.payload,
  ]);
  const header = Buffer.alloc(headerBytes);
  header.write(magic, at.magic, 'latin1');
  header.writeUInt32LE(version, at.version);
  header.writeUInt32LE(codecs.indexOf(clip.codec), at.codec);
  header.writeUInt32LE(clip.clockRate, at.clockRate);
  header.writeUInt32LE(clip.width, at.width);
  header.writeUInt32LE(clip.height, at.height);
  header.writeUInt32LE(clip.packets.length / 4, at.packets);
  header.writeUInt32LE(clip.frames.length / 4, at.frames);
  header.writeUInt32LE(clip.audioLevels.length, at.levels);
  header.writeUInt32LE(clip.payload.length, at.payload);
  createHash('sha256').update(contents).digest().copy(header, at.sha256);
  return Buffer.concat([header, contents]);
};
