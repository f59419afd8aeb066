import { type KeyObject, sign } from 'node:crypto';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf, usageError } from '@livekit-swarm/settings/errors';
import { MANIFEST, type Manifest, PUBLIC_KEY, SIGNATURE, sha256 } from './manifest.ts';
import { publicPem } from './signing-key.ts';

export interface BundleRequest {
  folder: string;
  about: Omit<Manifest, 'schema' | 'files'>;
  /** Contents by path. */
  files: Readonly<Record<string, string>>;
  /** Texts that no file may have. */
  secrets: readonly string[];
  key: KeyObject;
}

/**
 * Texts of fewer characters occur at random, or are the secret of a sample key, which the
 * documentation prints.
 */
const SECRET_CHARACTERS = 16;
/** Begin of a JSON Web Token with its payload. */
const TOKEN = /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}/;

/**
 * Makes the folder of a bundle, before what it is for begins.
 * @throws SwarmError `usage` if there is something in it
 */
export const makeBundleFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length === 0) return;
  } catch (error) {
    throw usageError(
      `--bundle ${folder}: cannot be made (${codeOf(error) ?? 'error'})`,
      'name a folder that does not exist',
    );
  }
  throw usageError(
    `--bundle ${folder}: it has files already`,
    'name a new folder: a bundle is never changed',
  );
};

/**
 * Writes files, their digests, and a signature over those.
 * @throws Error if a file has a secret: nothing is written
 */
export const writeBundle = ({ folder, about, files, secrets, key }: BundleRequest): void => {
  const hidden = secrets
    .filter((text) => text.length >= SECRET_CHARACTERS)
    // As JSON has it, too. Pages repeat only what is in the JSON.
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)]);
  for (const [path, content] of Object.entries(files))
    if (TOKEN.test(content) || hidden.some((secret) => content.includes(secret)))
      throw new Error(`the bundle is not written: ${path} would have a secret`);
  const digests = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [path, sha256(content)]),
  );
  const manifest: Manifest = { schema: 'livekit-swarm/audit-bundle/1', ...about, files: digests };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  const write = (path: string, content: string): void => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
  };
  for (const [path, content] of Object.entries(files)) write(path, content);
  write(MANIFEST, text);
  write(PUBLIC_KEY, publicPem(key));
  write(SIGNATURE, `${sign(null, Buffer.from(text), key).toString('base64')}\n`);
};
