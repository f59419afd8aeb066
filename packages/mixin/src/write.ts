/** `npm run mixin [-- --capacity FILE]`: writes alerts/ and dashboards/. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readCapacity } from './capacity.ts';
import { outputs } from './outputs.ts';
import { SHIPPED } from './shipped.ts';

const { values } = parseArgs({ options: { capacity: { type: 'string' } } });
const file = values.capacity ?? process.env.SWARM_CAPACITY ?? null;
const capacity = file === null ? null : readCapacity(file);

const root = new URL('../../../', import.meta.url);
for (const [path, content] of Object.entries(outputs(SHIPPED, capacity))) {
  const target = fileURLToPath(new URL(path, root));
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}
