import { createHash } from 'node:crypto';

/** `manifest.json`: how the clips were made. */
export interface Manifest {
  /** Versions of the tools. */
  madeWith: Record<string, string>;
  /** SHA-256 of each encoded file, by its name: the clips contain exactly its frames. */
  encoded: Record<string, string>;
}

/** As in the manifest: hexadecimal, lower case. */
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
