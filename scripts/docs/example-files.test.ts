/** Drills and scenarios that pages and the help name are in the checkout. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createProgram } from '../../packages/cli/src/program.ts';
import { markdownPages, readPage, root } from './testing/markdown-pages.ts';

/** Paths below `chaos/` and `scenarios/` in a text, without placeholders such as `chaos/FILE.yaml`. */
const examplesIn = (text: string): string[] =>
  [...text.matchAll(/(?<![\w./-])(?:chaos|scenarios)\/[a-z0-9][\w./-]*\.yaml\b/g)].map(
    ([path]) => path,
  );

/** Without lines of `swarm init`, which writes its file. */
const withoutInit = (text: string): string => text.replaceAll(/^.*\bswarm init .*$/gm, '');

/** Paths are those of the checkout, of the folder of the page or of its drills, or of the example of a repository with scenarios. */
const missingIn = (page: string): string[] =>
  examplesIn(withoutInit(readPage(page))).filter((path) =>
    ['', dirname(page), 'chaos', 'examples/ci'].every(
      (folder) => !existsSync(join(root, folder, path)),
    ),
  );

// The history of versions names files of its time.
const pages = markdownPages().filter(
  (page) => page !== 'CHANGELOG.md' && examplesIn(readPage(page)).length > 0,
);

it('finds pages that name examples', () => {
  expect(pages.length).toBeGreaterThan(20);
});

it.each(pages)('every drill and scenario that %s names exists', (page) => {
  expect(missingIn(page)).toEqual([]);
});

it('every drill and scenario that the help names exists', () => {
  let text = '';
  const write = (part: string): void => {
    text += part;
  };
  const program = createProgram(
    { stdout: process.stdout, stderr: process.stderr, env: {} },
    () => {},
  );
  const all = [program];
  for (const command of all) {
    all.push(...(command.commands as typeof all));
    command.configureOutput({ writeOut: write, writeErr: write }).outputHelp();
  }
  const named = examplesIn(withoutInit(text));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('reads paths, but neither placeholders nor other folders', () => {
  expect(
    examplesIn(
      '`chaos/a.yaml` scenarios/b/c-1.yaml chaos/FILE.yaml ../chaos/d.yaml my/chaos/e.yaml',
    ),
  ).toEqual(['chaos/a.yaml', 'scenarios/b/c-1.yaml']);
});
