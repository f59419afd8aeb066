import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../setup/paths.mjs';
import { REPOSITORY, withSiteLinks } from './outside-links.ts';
import { sidebarOf, siteLink } from './sidebar.ts';

describe('the sidebar', () => {
  const index = readFileSync(`${root}/docs/README.md`, 'utf8');
  const groups = sidebarOf(index);

  it('has the four kinds of pages, and every page of docs/ in one of them', () => {
    expect(groups.map(({ text }) => text)).toEqual([
      'Tutorials',
      'How-to guides',
      'Reference',
      'Explanation',
    ]);
    const links = groups.flatMap(({ items }) => items.map(({ link }) => link));
    const pages = globSync('{*,tutorials/*,how-to/*}.md', { cwd: `${root}/docs` });
    expect(pages.length).toBeGreaterThan(40);
    expect(pages.filter((page) => page !== 'README.md' && !links.includes(siteLink(page)))).toEqual(
      [],
    );
  });

  it('reports a missing section', () => {
    expect(() => sidebarOf('# Documentation')).toThrow(/no section "Tutorials"/);
  });
});

describe('links of a page', () => {
  const pages = new Set(['docs/a.md', 'docs/runbooks/README.md', 'chaos/README.md']);
  const links = (text: string): string => withSiteLinks('docs/b.md', text, pages);

  it('stay between pages of the site', () => {
    expect(links('[a](a.md#x) [r](runbooks/README.md#triage) [c](../chaos/README.md)')).toBe(
      '[a](a.md#x) [r](runbooks/index.md#triage) [c](../chaos/index.md)',
    );
  });

  it('lead to the repository for other files', () => {
    expect(links('[s](../packages/x.ts)')).toBe(`[s](${REPOSITORY}/blob/main/packages/x.ts)`);
  });

  it('stay unchanged in code, for images, anchors and addresses', () => {
    const same =
      '![i](images/i.png) [x](#y) [w](https://x.org) `[a](no.ts)`\n```md\n[a](no.ts)\n```\n';
    expect(links(same)).toBe(same);
  });

  it('may have code as their text', () => {
    expect(links('[`lk`](a.md)')).toBe('[`lk`](a.md)');
    expect(links('[`a`](a.md), [`b`](../b.ts) and `c`')).toBe(
      `[\`a\`](a.md), [\`b\`](${REPOSITORY}/blob/main/b.ts) and \`c\``,
    );
    expect(links('[`x`](../x.ts)')).toBe(`[\`x\`](${REPOSITORY}/blob/main/x.ts)`);
  });
});
