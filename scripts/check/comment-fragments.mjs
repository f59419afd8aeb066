// Counts doc comments that begin with a fragment: `node scripts/check/comment-fragments.mjs
// [--write] [FOLDER…]`. Each folder may have as many as scripts/check/comment-fragments.json
// allows, which only shrinks; `--write` makes it as small as it can be. With folders, it lists all
// of theirs.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findFragments } from './find-fragments.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const allowance = new URL('./comment-fragments.json', import.meta.url);
const folders = process.argv.slice(2).filter((argument) => argument !== '--write');

const paths = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...folders],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
)
  .split('\n')
  .filter((path) => /\.(ts|mjs|js|rs)$/.test(path) && !/\.generated\//.test(path))
  .filter((path) => existsSync(`${root}${path}`));
const fragments = paths.flatMap((path) =>
  findFragments(path, readFileSync(`${root}${path}`, 'utf8')),
);

/** @param {string} path */
const folderOf = (path) =>
  path
    .split('/')
    .slice(0, path.startsWith('packages/') ? 2 : 1)
    .join('/');
const byFolder = Map.groupBy(fragments, ({ path }) => folderOf(path));

/** @param {Iterable<import('./find-fragments.mjs').Fragment>} some */
const list = (some) => {
  for (const { path, line, text } of some) console.log(`${path}:${line}: ${text}`);
};

if (folders.length > 0) {
  list(fragments);
} else if (process.argv.includes('--write')) {
  const counts = [...byFolder].map(([folder, some]) => [folder, some.length]).sort();
  writeFileSync(allowance, `${JSON.stringify(Object.fromEntries(counts), null, 2)}\n`);
} else {
  /** @type {Record<string, number>} */
  const allowed = JSON.parse(readFileSync(allowance, 'utf8'));
  const exceeding = [...byFolder].filter(([folder, some]) => some.length > (allowed[folder] ?? 0));
  for (const [folder, some] of exceeding) {
    list(some);
    console.log(`${folder}: ${some.length} fragments, ${allowed[folder] ?? 0} allowed`);
  }
  if (exceeding.length > 0) {
    console.log(
      'a doc comment is a noun phrase with its noun, or an imperative sentence: "Capacity of a host, participants", not "What a host carries"',
    );
    process.exitCode = 1;
  }
}
console.log(`comment fragments: ${fragments.length} in ${paths.length} files`);
