/**
 * `node scripts/release/verify.ts TAG`: whether this checkout can be released as TAG (`v1.2.3`).
 * Prints the notes of the release, from CHANGELOG.md.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './packages.ts';
import { notesIn, releaseProblems } from './release-problems.ts';

const [tag = ''] = process.argv.slice(2);
const problems = await releaseProblems(tag);
for (const problem of problems) process.stderr.write(`${problem}\n`);
if (problems.length > 0) process.exit(1);
const changelog = await readFile(join(root, 'CHANGELOG.md'), 'utf8');
process.stdout.write(`${notesIn(changelog, tag.slice(1))}\n`);
