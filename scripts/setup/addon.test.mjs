import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endedCrate } from './addon.mjs';
import { crate } from './paths.mjs';

/** @param {string} package_id */
const artifact = (package_id, kind = ['lib']) =>
  JSON.stringify({ reason: 'compiler-artifact', package_id, target: { kind, name: 'any' } });

describe('endedCrate', () => {
  it.each([
    ['registry+https://github.com/rust-lang/crates.io-index#aws-lc-sys@0.41.0', 'aws-lc-sys'],
    ['path+file:///home/one/swarm-native#0.1.0', 'swarm-native'],
    ['path+file:///home/one/crate#swarm-native@0.1.0-rc.1', 'swarm-native'],
    ['git+https://example.com/str0m.git?branch=main#str0m@0.20.0', 'str0m'],
  ])('names the crate of %s', (id, name) => {
    expect(endedCrate(artifact(id))).toBe(name);
  });

  it('takes no build script for its crate, and no other message for an end', () => {
    expect(endedCrate(artifact('registry+https://x#ring@0.17.14', ['custom-build']))).toBeNull();
    expect(endedCrate('{"reason":"build-finished","success":true}')).toBeNull();
  });
});

// Cargo only warns of a name without a crate, and the crate would be compiled as all others.
it('crates that the profile of checkouts names are among those of the engine', () => {
  const [, profile = ''] = readFileSync(join(crate, 'Cargo.toml'), 'utf8').split(
    '[profile.checkout.package]',
  );
  const named = [...profile.matchAll(/^([\w-]+)\.opt-level/gm)].map(([, name]) => name);
  const lock = readFileSync(join(crate, 'Cargo.lock'), 'utf8');
  const locked = [...lock.matchAll(/^name = "(.+)"/gm)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(10);
  expect(locked).toEqual(expect.arrayContaining(named));
});
