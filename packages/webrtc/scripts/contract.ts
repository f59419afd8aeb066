/** `npm run contract`: compiles the crate and writes the TypeScript contract that follows from it. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions, renderedContract } from './contract-files.ts';
import { renderContract } from './render-contract.ts';

const crate = join(import.meta.dirname, '../crate');

mkdirSync(join(definitions, '..'), { recursive: true });
// The definitions are written while the crate itself is compiled, so it must not be up to date.
const now = new Date();
utimesSync(join(crate, 'src/lib.rs'), now, now);
const { status, error } = spawnSync('cargo', ['check', '--release', '--locked', '--lib'], {
  cwd: crate,
  env: { ...process.env, NAPI_TYPE_DEF_TMP_FOLDER: join(definitions, '..') },
  stdio: 'inherit',
});
if (error !== undefined || status !== 0) {
  console.error(`the crate does not compile${error === undefined ? '' : `: ${error.message}`}`);
  process.exit(1);
}
writeFileSync(renderedContract, renderContract(readFileSync(definitions, 'utf8')));
console.log(`wrote ${renderedContract}`);
