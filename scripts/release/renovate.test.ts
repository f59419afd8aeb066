import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './packages.ts';

interface CustomManager {
  description: string;
  managerFilePatterns: string[];
  matchStrings: string[];
}

const { customManagers } = JSON.parse(readFileSync(join(root, 'renovate.json'), 'utf8')) as {
  customManagers: CustomManager[];
};
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');

/** Versions that Renovate finds in the files of a manager. */
const found = ({ managerFilePatterns, matchStrings }: CustomManager): string[] => {
  // Patterns are written as /…/, as Renovate reads them.
  const patterns = managerFilePatterns.map((text) => new RegExp(text.slice(1, -1)));
  return files
    .filter((path) => patterns.some((pattern) => pattern.test(path)))
    .flatMap((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      return matchStrings.flatMap((pattern) =>
        [...text.matchAll(new RegExp(pattern, 'g'))].map(
          ({ groups = {} }) => `${groups.depName ?? 'rust'} ${groups.currentValue}`,
        ),
      );
    });
};

describe('renovate.json', () => {
  it.each(customManagers)('finds versions: $description', (manager) => {
    expect(found(manager)).not.toEqual([]);
  });

  it('finds every image of Compose that others publish', () => {
    const images = ['docker-compose.yml', 'packaging/compose/hosts.yml'].flatMap((path) => [
      ...readFileSync(join(root, path), 'utf8').matchAll(/image: \$\{\w+:-(.*):(.*)\}/g),
    ]);
    const expected = images
      .map(([, name, tag]) => `${name} ${tag}`)
      .filter((image) => !image.includes('livekit-swarm'));
    expect(expected.length).toBeGreaterThan(8);
    expect(customManagers.flatMap(found)).toEqual(expect.arrayContaining(expected));
  });
});
