import { createHash } from 'node:crypto';

/** Facts about the making of the clips, `manifest.json`. */
export interface Manifest {
  /** Versions of the tools. */
  madeWith: Record<string, string>;
  /** SHA-256 of each encoded file, by file name: the clips contain exactly its frames. */
  encoded: Record<string, string>;
}

/** SHA-256 in the form of the manifest: hexadecimal, lower case. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
