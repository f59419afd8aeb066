import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Names of the files of a bundle that are not listed in its manifest. */
export const MANIFEST = 'manifest.json';
export const SIGNATURE = 'manifest.sig';
export const PUBLIC_KEY = 'public-key.pem';
export const UNLISTED: ReadonlySet<string> = new Set([MANIFEST, SIGNATURE, PUBLIC_KEY]);

/** Manifest of a bundle: its subject, and the digest of each of its files. */
export const manifestSchema = z.object({
  schema: z.literal('livekit-swarm/audit-bundle/1'),
  /** Name and version of the program. */
  tool: z.string(),
  /** URL of the deployment. */
  target: z.string(),
  verdict: z.string(),
  /** Times of start and end, ISO 8601. */
  startedAt: z.string(),
  endedAt: z.string(),
  /** SHA-256 of each file, hexadecimal, by its path in the bundle. */
  files: z.record(z.string(), z.string()),
});

export type Manifest = z.infer<typeof manifestSchema>;

export const sha256 = (data: Buffer | string): string =>
  createHash('sha256').update(data).digest('hex');
