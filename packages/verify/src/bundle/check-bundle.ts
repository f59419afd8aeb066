import { type KeyObject, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { codeOf, usageError } from '@livekit-swarm/settings/errors';
import {
  MANIFEST,
  type Manifest,
  manifestSchema,
  PUBLIC_KEY,
  SIGNATURE,
  sha256,
  UNLISTED,
} from './manifest.ts';
import { fingerprint, readPublicKey } from './signing-key.ts';

/** Result of the check of a bundle. */
export interface BundleCheck {
  /** Null: it cannot be read, or its signature is wrong, so that nothing in it counts. */
  manifest: Manifest | null;
  /** Fingerprint of the key that the bundle names; null: it names none. */
  signedBy: string | null;
  /** True if that is the key which the user trusts; null: the user named none. */
  isTrusted: boolean | null;
  /** Problems; empty: the bundle is as it was signed. */
  problems: readonly string[];
}

/**
 * Checks the signature of a bundle, and every file of it.
 * @param trusted key by which it must be signed; null: that in the bundle, which shows that it was
 * not changed since, and not who signed it
 * @throws SwarmError `usage` if the folder is not a bundle
 */
export const checkBundle = (folder: string, trusted: KeyObject | null): BundleCheck => {
  const present = listFiles(folder);
  const read = (path: string): Buffer | null =>
    present.get(path) === 'file' ? readFile(join(folder, path)) : null;
  const text = read(MANIFEST);
  if (text === null)
    throw usageError(
      `${folder}: no bundle of swarm audit: it has no ${MANIFEST}`,
      'give the folder of --bundle',
    );
  const own = ownKey(read(PUBLIC_KEY));
  const signedBy = own === null ? null : fingerprint(own);
  const isTrusted = trusted === null ? null : signedBy === fingerprint(trusted);
  const key = trusted ?? own;
  const signature = Buffer.from(read(SIGNATURE)?.toString().trim() ?? '', 'base64');
  if (key === null || !verify(null, text, key, signature))
    return {
      ...{ manifest: null, signedBy, isTrusted },
      problems: [
        key === null
          ? `${PUBLIC_KEY} is missing, or no key of Ed25519`
          : isTrusted === false
            ? `it is not signed by the given key: its key has the fingerprint ${signedBy ?? 'unknown'}`
            : `the signature does not match ${MANIFEST}`,
      ],
    };
  const manifest = parseManifest(text);
  return manifest === null
    ? { manifest, signedBy, isTrusted, problems: [`${MANIFEST} is of another version`] }
    : {
        ...{ manifest, signedBy, isTrusted },
        problems: [
          ...(isTrusted === false ? [`${PUBLIC_KEY} is not the key that signed it`] : []),
          ...problemsOf(manifest, present, read),
        ],
      };
};

const problemsOf = (
  { files }: Manifest,
  present: Entries,
  read: (path: string) => Buffer | null,
): string[] => [
  ...Object.entries(files).flatMap(([path, digest]) => {
    const content = read(path);
    if (content === null)
      return [`${path} is ${present.has(path) ? 'a link, or no file' : 'missing'}`];
    return sha256(content) === digest ? [] : [`${path} was changed`];
  }),
  ...[...present.keys()].flatMap((path) =>
    UNLISTED.has(path) || Object.hasOwn(files, path) ? [] : [`${path} was added`],
  ),
];

/**
 * Entries of a bundle by their paths, with slashes. Only regular files are read: a link leads out of
 * the bundle, and a pipe never ends.
 */
type Entries = ReadonlyMap<string, 'file' | 'other'>;

/** @throws SwarmError `usage` */
const listFiles = (folder: string): Entries => {
  try {
    return new Map(
      readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((entry) => {
        if (entry.isDirectory()) return [];
        const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
        return [[path, entry.isFile() ? 'file' : 'other'] as const];
      }),
    );
  } catch (error) {
    throw usageError(
      `${folder}: cannot be read (${codeOf(error) ?? 'error'})`,
      'give the folder of --bundle',
    );
  }
};

/** @throws SwarmError `usage` */
const readFile = (file: string): Buffer => {
  try {
    return readFileSync(file);
  } catch (error) {
    throw usageError(
      `${file}: cannot be read (${codeOf(error) ?? 'error'})`,
      'let this user read all files of the bundle',
    );
  }
};

const ownKey = (pem: Buffer | null): KeyObject | null => {
  if (pem === null) return null;
  try {
    return readPublicKey(pem.toString(), PUBLIC_KEY);
  } catch {
    return null;
  }
};

const parseManifest = (text: Buffer): Manifest | null => {
  try {
    return manifestSchema.safeParse(JSON.parse(text.toString())).data ?? null;
  } catch {
    return null;
  }
};
