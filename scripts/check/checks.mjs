/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} program a JavaScript file of this checkout, run by Node 24.
 * @property {string[]} args
 * @property {boolean} [summary] the last line of its output is shown when it passes, too.
 */

const BIOME = 'node_modules/@biomejs/biome/bin/biome';
const TSC = 'node_modules/typescript/bin/tsc';

/** Checks of `npm run check`, the longest first, because they share the cores. @type {Check[]} */
export const CHECKS = [
  { name: 'tsc', program: TSC, args: ['--noEmit'] },
  { name: 'biome', program: BIOME, args: ['check'] },
  // Sources that run in browsers; no others may use the DOM.
  { name: 'tsc, packages/beacon', program: TSC, args: ['--noEmit', '-p', 'packages/beacon'] },
  {
    name: 'tsc, page of the report',
    program: TSC,
    args: ['--noEmit', '-p', 'packages/report/src/html/page'],
  },
  {
    name: 'tsc, page of browser participants',
    program: TSC,
    args: ['--noEmit', '-p', 'packages/engine/src/browser/page'],
  },
  {
    // What `npm run pack` writes: an exported type may name only what is exported.
    name: 'tsc, declarations of published packages',
    program: TSC,
    args: ['--noEmit', '-p', 'scripts/release'],
  },
  { name: 'layers', program: 'scripts/check/layers.mjs', args: [], summary: true },
  // Unused exports, files and dependencies.
  { name: 'knip', program: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'vocabulary', program: 'scripts/check/vocabulary.mjs', args: [], summary: true },
  {
    // Facts have codes; only readers read a sentence.
    name: 'sentences read back',
    program: 'scripts/check/sentence-reads.mjs',
    args: [],
    summary: true,
  },
  {
    name: 'comment fragments',
    program: 'scripts/check/comment-fragments.mjs',
    args: [],
    summary: true,
  },
  {
    // CI checks the commits of a pull request strictly, because published commits cannot be
    // changed.
    name: 'commit subjects',
    program: 'scripts/check/commit-subjects.mjs',
    args: ['--report'],
    summary: true,
  },
];
