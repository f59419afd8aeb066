import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { checkBundle } from './check-bundle.ts';
import { makeSigningKey, publicPem, readPublicKey, readSigningKey } from './signing-key.ts';
import { makeBundleFolder, writeBundle } from './write-bundle.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'swarm-bundle-'));
  folders.push(folder);
  return folder;
};

const SECRET = 'a-secret-of-a-sufficient-length';
const QUOTED = 'a-secret-with-"quotes"-and-\\';
const about = {
  ...{ tool: 'livekit-swarm 0.1.0', target: 'wss://livekit.example.com', verdict: 'passed' },
  ...{ startedAt: '2026-11-27T10:00:00Z', endedAt: '2026-11-27T10:01:00Z' },
};
const files = { 'findings.json': '{}\n', 'evidence/keys.json': '{"id":"keys"}\n' };

const written = (key: KeyObject = makeSigningKey()): string => {
  const folder = newFolder();
  writeBundle({ folder, about, files, secrets: [SECRET], key });
  return folder;
};

test('a bundle is as it was signed', () => {
  const key = makeSigningKey();
  const checked = checkBundle(written(key), createPublicKey(key));
  expect(checked).toMatchObject({ problems: [], isTrusted: true, manifest: about });
});

test('a changed, a removed and an added file are found', () => {
  const folder = written();
  appendFileSync(join(folder, 'findings.json'), ' ');
  rmSync(join(folder, 'evidence/keys.json'));
  writeFileSync(join(folder, 'evidence/more.json'), '');
  expect(checkBundle(folder, null).problems).toEqual([
    'findings.json was changed',
    'evidence/keys.json is missing',
    'evidence/more.json was added',
  ]);
});

test('links are not followed', () => {
  const folder = written();
  const file = join(folder, 'findings.json');
  const elsewhere = join(newFolder(), 'findings.json');
  renameSync(file, elsewhere);
  symlinkSync(elsewhere, file);
  symlinkSync('/dev/zero', join(folder, 'endless'));
  expect(checkBundle(folder, null).problems).toEqual([
    'findings.json is a link, or no file',
    'endless was added',
  ]);
});

test('another key beside the manifest is found, also when the trusted key signed that', () => {
  const key = makeSigningKey();
  const folder = written(key);
  writeFileSync(join(folder, 'public-key.pem'), publicPem(makeSigningKey()));
  expect(checkBundle(folder, createPublicKey(key)).problems).toEqual([
    'public-key.pem is not the key that signed it',
  ]);
  expect(checkBundle(folder, null).problems).toEqual([
    'the signature does not match manifest.json',
  ]);
});

test('a changed manifest counts for nothing, also with fitting digests', () => {
  const folder = written();
  const file = join(folder, 'manifest.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace('passed', 'failed'));
  expect(checkBundle(folder, null)).toMatchObject({
    manifest: null,
    problems: ['the signature does not match manifest.json'],
  });
});

test('a bundle that another key signed again is not that of the trusted key', () => {
  const key = makeSigningKey();
  expect(checkBundle(written(), createPublicKey(key))).toMatchObject({
    ...{ manifest: null, isTrusted: false },
  });
});

test('nothing with a secret or a token is written', () => {
  for (const content of [
    `secret: ${SECRET}`,
    JSON.stringify(QUOTED),
    `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc`,
  ])
    expect(() =>
      writeBundle({
        ...{ folder: newFolder(), about, secrets: [SECRET, QUOTED], key: makeSigningKey() },
        files: { 'a.txt': content },
      }),
    ).toThrow('a.txt would have a secret');
});

test('a folder with files, and keys of another kind are refused', () => {
  expect(() => makeBundleFolder(written())).toThrow('it has files already');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  expect(() => readSigningKey(pem, 'key.pem')).toThrow('key.pem: not a private key of Ed25519');
  expect(() => readPublicKey(pem, 'key.pem')).toThrow('key.pem: a private key');
  expect(readPublicKey(publicPem(makeSigningKey()), 'a.pem').asymmetricKeyType).toBe('ed25519');
  expect(() => checkBundle(newFolder(), null)).toThrow('no bundle of swarm audit');
});
