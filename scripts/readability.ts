/**
 * `npm run docs:readability [FILE.md…]`: Flesch reading ease and sentence lengths of the
 * documentation. Higher is easier: 60 to 70 is plain English, 30 to 50 is difficult.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { proseOf, type Reading, readingOf } from './readability/prose.ts';
import { installPackages, packagesAreCurrent } from './setup/npm-packages.mjs';
import { root } from './setup/paths.mjs';

const folder = join(root, 'docs', 'site');
if (!(await packagesAreCurrent(folder)))
  await installPackages(AbortSignal.timeout(300_000), folder);
const there = createRequire(join(folder, 'package.json'));
const load = (name: string) => import(pathToFileURL(there.resolve(name)).href);
const { flesch }: { flesch: (counts: Reading) => number } = await load('flesch');
const { syllable }: { syllable: (text: string) => number } = await load('syllable');

const named = process.argv.slice(2);
const files =
  named.length > 0
    ? named
    : globSync(['README.md', 'docs/*.md', 'docs/{how-to,runbooks,tutorials}/*.md'], { cwd: root });

const rows = files.sort().map((file) => {
  const reading = readingOf(proseOf(readFileSync(join(root, file), 'utf8')), syllable);
  return { file, ...reading, ease: flesch(reading) };
});
const sum = (key: keyof Reading): number => rows.reduce((total, row) => total + row[key], 0);
const all = {
  sentence: sum('sentence'),
  word: sum('word'),
  syllable: sum('syllable'),
  long: sum('long'),
};

const line = (name: string, reading: Reading): string =>
  [
    flesch(reading).toFixed(1).padStart(6),
    (reading.word / reading.sentence).toFixed(1).padStart(8),
    `${((100 * reading.long) / reading.sentence).toFixed(0)} %`.padStart(8),
    String(reading.word).padStart(8),
    name,
  ].join('  ');

process.stdout.write('  ease  words/sentence  over 25  words  page\n');
for (const row of rows.sort((a, b) => a.ease - b.ease))
  if (row.sentence > 0) process.stdout.write(`${line(row.file, row)}\n`);
process.stdout.write(`${line(`all ${rows.length} pages`, all)}\n`);
