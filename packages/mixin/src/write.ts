/**
 * `npm run mixin [-- --capacity FILE]`: writes alerts/, dashboards/ and mixin.libsonnet of the
 * repository.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readCapacity } from './capacity.ts';
import { outputs } from './outputs.ts';
import { SHIPPED } from './shipped.ts';
import { writeFiles } from './write-files.ts';

const { values } = parseArgs({ options: { capacity: { type: 'string' } } });
const file = values.capacity ?? process.env.SWARM_CAPACITY ?? null;
const capacity = file === null ? null : readCapacity(file);
await writeFiles(fileURLToPath(new URL('../../../', import.meta.url)), outputs(SHIPPED, capacity));
