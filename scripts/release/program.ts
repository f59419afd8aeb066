/**
 * `node scripts/release/program.ts DIR`: writes the program as JavaScript into DIR, as the npm
 * package has it, without its types and pages of the manual. For the image of a checkout.
 */
import { join, resolve } from 'node:path';
import { buildProgram, dependenciesOf, writeCliDescription } from './build-program.ts';
import { readNames } from './names.ts';
import { readDescription, writeDescription } from './packages.ts';

const [dir] = process.argv.slice(2).map((path) => resolve(path));
if (dir === undefined) throw new Error('give the folder of the program');
const { version } = await readDescription('packages/cli');
const { description, license } = await readDescription('.');
const dependencies = await dependenciesOf((workspace) =>
  readDescription(join('packages', workspace)),
);
await buildProgram(dir, dependencies);
await writeCliDescription(dir, version);
await writeDescription(dir, {
  name: readNames().package,
  version,
  description,
  license,
  type: 'module',
  dependencies,
});
