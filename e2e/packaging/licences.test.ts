/** Licences of what published packages contain of other publishers, and the Rust that its crates need. */
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nativePackage, targetName, thisTarget } from '@livekit-swarm/webrtc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPackages } from '../../scripts/release/build-packages.ts';
import { cratesOf } from '../../scripts/release/crates.ts';
import { LICENCES_FILE, licenceTexts } from '../../scripts/release/licences.ts';
import { npmParts } from '../../scripts/release/npm-parts.ts';
import { crateFolder, findTarget } from '../../scripts/release/targets.ts';

const target = findTarget(targetName(thisTarget()));
let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'swarm-licences-'));
  await buildPackages(dir, [target]);
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const titles = (text: string): string[] => text.match(/^\S+ \S+ \(.+\)$/gm) ?? [];

describe('licences of others', () => {
  it('are in the package of the media engine, for every crate that is compiled in', async () => {
    const text = await readFile(join(dir, `native-${target}`, LICENCES_FILE), 'utf8');
    const crates = await cratesOf(target, { compiledIn: true });
    expect(crates.length).toBeGreaterThan(80);
    for (const { name, version } of crates)
      expect(titles(text).filter((title) => title.startsWith(`${name} ${version} (`))).not.toEqual(
        [],
      );
    // A crate without an SPDX expression, with a grant of patents beside its licence.
    expect(text).toMatch(/^goog_cc \S+ \(BSD-3-Clause\)$/m);
    expect(text).toContain('Additional IP Rights Grant (Patents)');
    const { files } = JSON.parse(
      readFileSync(join(dir, `native-${target}`, 'package.json'), 'utf8'),
    );
    expect(files).toContain(LICENCES_FILE);
    expect(nativePackage(thisTarget())).toContain('native-');
  });

  it('are in the package of livekit-server, for its modules', async () => {
    const { platform, arch } = thisTarget();
    const text = await readFile(
      join(dir, `livekit-server-${platform}-${arch}`, LICENCES_FILE),
      'utf8',
    );
    expect(text).toMatch(/^github\.com\/livekit\/livekit-server v\S+ \(Apache-2\.0\)$/m);
    expect(text).toMatch(/^github\.com\/pion\/webrtc\/v4 v\S+ \(MIT\)$/m);
  });

  it('are beside the bundled page of browser participants', async () => {
    const page = join(
      dir,
      'livekit-swarm',
      'packages',
      'engine',
      'src',
      'browser',
      'page.generated',
    );
    const text = await readFile(join(page, LICENCES_FILE), 'utf8');
    const parts = await npmParts('livekit-client');
    expect(parts.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['livekit-client', '@bufbuild/protobuf', 'sdp-transform']),
    );
    for (const { name, version } of parts) expect(text).toContain(`${name} ${version} (`);
    const [own = ''] = await licenceTexts(parts[0]?.folder ?? '');
    expect(text).toContain(own);
  });
});

it('rust-version of the crate is the newest that a crate of it needs', async () => {
  const stated = /^rust-version = "(.+)"$/m.exec(
    await readFile(join(crateFolder, 'Cargo.toml'), 'utf8'),
  )?.[1];
  const asNumber = (version: string): number => {
    const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
    return (major * 1_000 + minor) * 1_000 + patch;
  };
  const needed = (await cratesOf(target, { compiledIn: false })).flatMap(
    ({ rustVersion }) => rustVersion ?? [],
  );
  expect(Math.max(...needed.map(asNumber))).toBe(asNumber(stated ?? ''));
});
