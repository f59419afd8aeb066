import { createHash } from 'node:crypto';
import type { Hash } from './stream-marks.ts';

/** SHA-256 of Node. */
export const nodeHash = (): Hash => {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => Promise.resolve(hash.digest('hex')),
  };
};
