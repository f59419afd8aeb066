// Finds code that takes a sentence apart instead of reading a code: `node
// scripts/check/sentence-reads.mjs [FOLDER…]`.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findSentenceReads } from './find-sentence-reads.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folders = process.argv.slice(2);

/** @type {{ exceptions: import('./find-sentence-reads.mjs').Exception[] }} */
const { exceptions } = JSON.parse(
  readFileSync(new URL('./sentence-reads.json', import.meta.url), 'utf8'),
);

const paths = execFileSync(
  'git',
  [
    'ls-files',
    '--cached',
    '--others',
    '--exclude-standard',
    '--',
    ...(folders.length > 0 ? folders : ['packages']),
  ],
  { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26 },
)
  .split('\n')
  .filter(
    (path) =>
      /\.(ts|mjs|js)$/.test(path) &&
      !/\.test\.\w+$|\/test(?:-kubernetes)?\/|\.generated\/|\/k6\//.test(path) &&
      existsSync(`${root}${path}`),
  );

const reads = paths.flatMap((path) =>
  findSentenceReads(path, readFileSync(`${root}${path}`, 'utf8')),
);
/**
 * @param {import('./find-sentence-reads.mjs').Read} read
 * @param {import('./find-sentence-reads.mjs').Exception} one
 */
const isOf = (read, one) => read.path === one.path && read.text.includes(one.text);
const findings = reads.filter((read) => !exceptions.some((one) => isOf(read, one)));
const unused =
  folders.length > 0 ? [] : exceptions.filter((one) => !reads.some((read) => isOf(read, one)));

for (const { path, line, text } of findings) console.log(`${path}:${line}: ${text}`);
for (const { path, text } of unused) console.log(`unused exception: ${path}: ${text}`);
console.log(
  `sentences read back: ${findings.length} findings in ${paths.length} files (${exceptions.length} exceptions)`,
);
if (findings.length > 0) {
  console.log(
    'give the fact a code and read that; text of other programs may be read: add it, with the reason, to scripts/check/sentence-reads.json',
  );
  process.exitCode = 1;
}
