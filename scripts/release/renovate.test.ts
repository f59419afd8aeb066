import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './packages.ts';

interface Manager {
  managerFilePatterns: string[];
}

interface CustomManager extends Manager {
  description: string;
  matchStrings: string[];
}

interface Config extends Record<'docker-compose' | 'kubernetes', Manager> {
  customManagers: CustomManager[];
}

const config = JSON.parse(readFileSync(join(root, 'renovate.json'), 'utf8')) as Config;
/** A pattern as Renovate writes it: `/…/`. */
const patternOf = (text: string): RegExp => new RegExp(text.slice(1, -1));
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');

/** Versions that Renovate finds in the files of a manager. */
const found = ({ managerFilePatterns, matchStrings }: CustomManager): string[] => {
  const patterns = managerFilePatterns.map(patternOf);
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
  it.each(config.customManagers)('finds versions: $description', (manager) => {
    expect(found(manager)).not.toEqual([]);
  });

  it.each([
    ['docker-compose', /^\s+image: .*:/m, /^packaging\/.*\.yml$/],
    ['kubernetes', /^\s+image: .*:/m, /^examples\/kubernetes\/.*\.yaml$/],
  ] as const)('%s reads every file with images', (manager, image, folder) => {
    const patterns = config[manager].managerFilePatterns.map(patternOf);
    const withImages = files
      .filter((path) => folder.test(path))
      .filter((path) => image.test(readFileSync(join(root, path), 'utf8')));
    expect(withImages).not.toEqual([]);
    for (const path of withImages)
      expect(
        patterns.some((pattern) => pattern.test(path)),
        path,
      ).toBe(true);
  });
});
