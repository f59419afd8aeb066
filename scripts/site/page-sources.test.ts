import { expect, it } from 'vitest';
import { root } from '../setup/paths.mjs';
import { lastChanges, pageSources, parseChanges } from './page-sources.ts';

it('takes the newest commit of each file', () => {
  const log = '@20\n\ndocs/a.md\ndocs/b.md\n@10\n\ndocs/a.md\ndocs/c.md\n';
  expect(Object.fromEntries(parseChanges(log))).toEqual({
    'docs/a.md': 20_000,
    'docs/b.md': 20_000,
    'docs/c.md': 10_000,
  });
});

it('is empty where there is no history', () => {
  expect(lastChanges('/')).toEqual(new Map());
});

it('reads the history of this checkout', () => {
  expect(lastChanges(root).get('docs/faq.md')).toBeGreaterThan(Date.UTC(2026, 0, 1));
});

it('names the source of each page, and which are generated', () => {
  const texts: Record<string, string> = {
    'docs/runbooks/README.md': '# Runbooks',
    'docs/metrics.md': '<!-- Written by scripts/docs.ts from x -->\n',
  };
  const sources = pageSources(
    Object.keys(texts),
    (page) => texts[page] ?? '',
    new Map([['docs/metrics.md', 5]]),
  );
  expect(sources).toEqual({
    'docs/runbooks/index.md': { path: 'docs/runbooks/README.md', changed: null, generated: false },
    'docs/metrics.md': { path: 'docs/metrics.md', changed: 5, generated: true },
  });
});
