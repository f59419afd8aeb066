import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { anchorsIn, linksIn, markdownPages, readPage, root } from './testing/markdown-pages.ts';

/** Problem of a link; null: its target exists. */
const problemOf = (page: string, target: string): string | null => {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), decodeURIComponent(path));
  if (file.startsWith('..')) return 'leaves the checkout';
  if (!existsSync(join(root, file))) return 'file not found';
  if (anchor === undefined || !file.endsWith('.md')) return null;
  return anchorsIn(readPage(file)).has(anchor) ? null : 'anchor not found';
};

const pages = markdownPages();

it('finds pages in every part of the checkout', () => {
  const parts = [
    'README.md',
    'docs/ARCHITECTURE.md',
    'docs/runbooks/README.md',
    'docs/adr/',
    'chaos/',
    'scenarios/',
    'examples/',
  ];
  for (const part of parts) expect(pages.some((page) => page.startsWith(part))).toBe(true);
  expect(pages.filter((page) => page.includes('node_modules'))).toEqual([]);
});

it.each(pages)('every link of %s leads to a file and a heading', (page) => {
  const broken = linksIn(readPage(page)).flatMap((target) => {
    const problem = problemOf(page, target);
    return problem === null ? [] : [`${target}: ${problem}`];
  });
  expect(broken).toEqual([]);
});

it('docs/README.md leads to every page of docs/', () => {
  const linked = new Set(
    linksIn(readPage('docs/README.md')).map((target) => join('docs', target.split('#')[0] ?? '')),
  );
  const unlinked = pages.filter(
    (page) => /^docs\/[^/]+\.md$/.test(page) && page !== 'docs/README.md' && !linked.has(page),
  );
  expect(unlinked).toEqual([]);
});

it('README.md stays at about one and a half screens', () => {
  expect(readPage('README.md').split(/\s+/).length).toBeLessThan(700);
});

describe('reading of pages', () => {
  it('finds links, images, references and HTML, but none in code, and no addresses', () => {
    const page = [
      '[a](a.md#b) ![i](i.png "t") [w](https://x.org) [m](mailto:a@b.c)',
      '<img src="p.png"> `[code](no.md)` [`name`](yes.md)',
      '[ref]: r.md',
      '```md',
      '[fenced](no.md)',
      '```',
    ].join('\n');
    expect(linksIn(page)).toEqual(['a.md#b', 'i.png', 'yes.md', 'r.md', 'p.png']);
  });

  it('names headings as GitHub does', () => {
    const page = '# A `b`: c_d\n## Same\n## Same\n### [Link](x.md) there\n```sh\n# comment\n```\n';
    expect([...anchorsIn(page)]).toEqual(['a-b-c_d', 'same', 'same-1', 'link-there']);
  });
});
