/**
 * `npm run evidence [-- FILE…]`: adds results of real tests to docs/evidence/results.ndjson, by
 * default those of the last runs in this checkout, and writes docs/evidence.md. A file `*.ndjson` is
 * another results.ndjson. `--fail-if-flaky`: exits with 1 if a test needed a retry twice in its last
 * ten results.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { SECTIONS, withSection } from './docs/sections.ts';
import { RESULTS } from './evidence/page.ts';
import {
  flakyTests,
  formatResults,
  mergeResults,
  readResults,
  resultsOf,
} from './evidence/results.ts';

const PAGE = 'docs/evidence.md';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'fail-if-flaky': { type: 'boolean', default: false } },
});
const files =
  positionals.length > 0 ? positionals : globSync('.cache/tests/vitest-*.json').toSorted();
const known = readResults(RESULTS);
const news = files.map((file) =>
  file.endsWith('.ndjson') ? readResults(file) : resultsOf(readFileSync(file, 'utf8')),
);
// The results of a test that was moved or removed prove nothing any more.
const results = mergeResults(known, ...news).filter(({ file }) => existsSync(file));
writeFileSync(RESULTS, formatResults(results));
process.stdout.write(
  `${files.length} files with results of ${news.flat().length} test files; ${results.length} are known\n`,
);
const page = new URL(`../${PAGE}`, import.meta.url);
for (const { path, name, text } of SECTIONS)
  if (path === PAGE) writeFileSync(page, withSection(readFileSync(page, 'utf8'), name, text()));

const flaky = flakyTests(results);
for (const { file, name, retriedRuns, runs } of flaky)
  process.stdout.write(`flaky: ${file}: ${name}: retried in ${retriedRuns} of ${runs} runs\n`);
process.exitCode = values['fail-if-flaky'] && flaky.length > 0 ? 1 : 0;
