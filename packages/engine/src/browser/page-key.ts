import { readFile } from 'node:fs/promises';
import { type E2eeSecret, keyMaterial } from '@livekit-swarm/livekit';
import type { PageKey } from './page-protocol.ts';

let worker: Promise<string> | null = null;

/** Encryption key of a page, with the worker that uses it. */
export const pageKey = async (secret: E2eeSecret): Promise<PageKey> => {
  worker ??= readFile(new URL('./page.generated/e2ee-worker.js', import.meta.url), 'utf8');
  const { bytes, derivation } = keyMaterial(secret);
  const material = Buffer.from(bytes).toString('base64');
  return { material, derivation, keyIndex: secret.keyIndex, worker: await worker };
};
