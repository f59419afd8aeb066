// Finds words that docs/GLOSSARY.md replaces: `node scripts/check/vocabulary.mjs [FOLDER…]`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CATEGORIES, createFinder } from './find-dialect.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = process.argv.slice(2);

/** @type {import('./find-dialect.mjs').WordList} */
const words = JSON.parse(readFileSync(new URL('./vocabulary.json', import.meta.url), 'utf8'));
const find = createFinder(words);

// New files are included, because the commit will contain them.
const paths = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders],
  {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  },
)
  .split('\n')
  .filter((path) => path !== '' && existsSync(`${root}${path}`));

const findings = paths.flatMap((path) => find(path, readFileSync(`${root}${path}`, 'utf8')));

for (const { path, line, category, found, use } of findings) {
  console.log(`${path}:${line}: ${category}: "${found.replace(/\s+/g, ' ')}" -> ${use}`);
}
const counts = CATEGORIES.map(
  (category) => `${category} ${findings.filter((finding) => finding.category === category).length}`,
);
console.log(
  `vocabulary: ${findings.length} findings in ${paths.length} files (${counts.join(', ')})`,
);
if (findings.length > 0) {
  console.log(
    'docs/GLOSSARY.md has the words to use; exceptions, with reasons, go into scripts/check/vocabulary.json',
  );
  process.exitCode = 1;
}
