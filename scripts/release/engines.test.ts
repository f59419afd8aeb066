import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { satisfies } from 'semver';
import { describe, expect, it } from 'vitest';
import { dependenciesOf } from './build-program.ts';
import { OLDEST_NODE, readDescription, root } from './packages.ts';

interface Locked {
  engines?: { node?: string };
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};

/** Path of a package in the lock file, as Node finds it from the package at `from`. */
const pathOf = (name: string, from: string): string | null => {
  const path = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
  if (packages[path] !== undefined) return path;
  if (from === '') return null;
  return pathOf(name, from.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, ''));
};

/** Packages that npm installs with livekit-swarm. */
const shipped = async (): Promise<Map<string, Locked>> => {
  const found = new Map<string, Locked>();
  const visit = (names: readonly string[], from: string): void => {
    for (const name of names) {
      const path = pathOf(name, from);
      const locked = path === null ? undefined : packages[path];
      if (path === null || locked === undefined || found.has(path)) continue;
      found.set(path, locked);
      const { dependencies = {}, optionalDependencies = {} } = locked;
      visit([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], path);
    }
  };
  const read = (workspace: string) => readDescription(join('packages', workspace));
  visit(Object.keys(await dependenciesOf(read)), '');
  return found;
};

/** The oldest Node that our packages accept, and newer ones. */
const oldest = `${/\d+\.\d+/.exec(OLDEST_NODE)?.[0]}.0`;
const accepted = [oldest, '22.23.0', '24.0.0', '24.99.0', '26.0.0', '28.0.0'];

describe('engines', () => {
  it('are accepted by every package that npm installs with livekit-swarm', async () => {
    const all = [...(await shipped())];
    expect(all.length).toBeGreaterThan(150);
    const refused = all.flatMap(([path, { engines }]) =>
      accepted
        .filter((version) => !satisfies(version, engines?.node ?? '*'))
        .map((version) => `${path} (${engines?.node}) refuses Node ${version}`),
    );
    expect(refused).toEqual([]);
    for (const version of accepted) expect(satisfies(version, OLDEST_NODE)).toBe(true);
  });

  it('begin with the oldest Node that all of them accept', async () => {
    const older = oldest.replace(/\.(\d+)\./, (_, minor) => `.${Number(minor) - 1}.`);
    const refusing = [...(await shipped())].filter(
      ([, { engines }]) => !satisfies(older, engines?.node ?? '*'),
    );
    expect(refusing.length, `Node ${older} would do`).toBeGreaterThan(0);
  });

  it('are the same in the checkout and in its published packages', async () => {
    expect((await readDescription('.')).engines).toEqual({ node: OLDEST_NODE });
  });
});
