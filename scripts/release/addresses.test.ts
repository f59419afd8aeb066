import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readDescription, root } from './packages.ts';

const ADDRESS = 'livekit-swarm/livekit-swarm';

/**
 * Texts of the repository; lock files, pictures and data are left out, because they are not written
 * by hand.
 */
const files = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' })
  .split('\0')
  .filter((path) => /\.(md|mjs|ts|ya?ml|json|toml|service|tpl|txt|sh|html)$|file$/.test(path))
  .filter((path) => !/package-lock\.json$|\/golden\//.test(path));

const findings = (pattern: RegExp): string[] =>
  files.flatMap((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return [...text.matchAll(pattern)].map(([found]) => `${path}: ${found}`);
  });

it('has no placeholder for its own address', () => {
  const placeholders = ['your', 'my', 'the'].map((whose) => `${whose}[-_](?:org|user|company)`);
  const pattern = new RegExp(
    `\\b(?:${placeholders.join('|')}|example|owner)/livekit-swarm\\b`,
    'gi',
  );
  expect(findings(pattern)).toEqual([]);
});

it('has one address for its repository, its action and its image', async () => {
  const { repository } = await readDescription('.');
  expect(repository).toMatchObject({ url: `git+https://github.com/${ADDRESS}.git` });
  const hosts =
    /\b(?:github\.com|ghcr\.io|uses:)[/ ]([\w.-]+\/livekit-swarm)(?=[\s/@:#"'`)]|\.git|$)/gm;
  const others = findings(hosts).filter((finding) => !finding.endsWith(ADDRESS));
  expect(others).toEqual([]);
});
