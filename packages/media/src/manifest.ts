import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MediaError } from './media-error.ts';

const SHA256 = z.string().regex(/^[0-9a-f]{64}$/, 'should be a SHA-256 in hexadecimal');
const COUNT = z.int().positive();

const AUDIO_ENTRY = z.strictObject({
  file: z.string(),
  codec: z.literal('opus'),
  /** Packets a second. */
  fps: COUNT,
  frames: COUNT,
  bitrate: COUNT,
  sha256: SHA256,
  /** One byte a frame: its RFC 6464 level. */
  levels: z.strictObject({ file: z.string(), sha256: SHA256 }),
});

const VIDEO_ENTRY = z.strictObject({
  file: z.string(),
  codec: z.enum(['vp8', 'h264']),
  width: COUNT,
  height: COUNT,
  fps: COUNT,
  frames: COUNT,
  /** Mean of the coded frames without container, bit/s. */
  bitrate: COUNT,
  sha256: SHA256,
});

const MANIFEST = z.strictObject({
  /** Versions of the tools that made the clips. */
  madeWith: z.record(z.string(), z.string()),
  audio: AUDIO_ENTRY,
  video: z.array(VIDEO_ENTRY),
});

export type AudioEntry = z.infer<typeof AUDIO_ENTRY>;
export type VideoEntry = z.infer<typeof VIDEO_ENTRY>;
export type Manifest = z.infer<typeof MANIFEST>;

/**
 * Reads a clips manifest.
 * @throws MediaError when it is no JSON or lacks a field, saying which
 */
export const parseManifest = (text: string): Manifest => {
  try {
    return MANIFEST.parse(JSON.parse(text));
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new MediaError(`the manifest cannot be read: ${what}`, { cause });
  }
};

/** As in the manifest: hexadecimal, lower case. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
