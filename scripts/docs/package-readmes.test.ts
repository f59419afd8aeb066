import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linksIn, readPage, root } from './testing/markdown-pages.ts';

const packages = readdirSync(join(root, 'packages'));
const ONE_SCREEN = 45;

describe.each(packages)('packages/%s/README.md', (name) => {
  const page = readPage(`packages/${name}/README.md`);
  /** Text behind `- **TITLE:**` of the page. */
  const fact = (title: string): string =>
    new RegExp(`^- \\*\\*${title}:\\*\\* (.+)$`, 'm').exec(page)?.[1] ?? '';

  it('fits on one screen and begins with the name of the package', () => {
    const { name: published } = JSON.parse(
      readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'),
    ) as { name: string };
    expect(page.startsWith(`# ${published}\n`)).toBe(true);
    expect(page.split('\n').length).toBeLessThanOrEqual(ONE_SCREEN);
  });

  it('links its entry file', () => {
    expect(linksIn(fact('Entry')).length).toBeGreaterThan(0);
  });
});
