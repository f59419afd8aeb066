// `npm run bench`: CPU per packet, compared with the floor of the same host. Flags go to
// bench/main.ts, or to the program of bench/ that is named first: `npm run bench -- joins.ts
// --repeats 1`.
import { join } from 'node:path';
import { log } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { runNode } from '../packages/cli/launch/run-node.mjs';
import { DEFAULT_LIVEKIT_VERSION } from '../packages/lab/src/versions.mjs';
import { buildFloor } from './setup/floor.mjs';
import { root } from './setup/paths.mjs';
import { setup } from './setup/setup.mjs';

const [first = '', ...others] = process.argv.slice(2);
const [program, args] = first.endsWith('.ts')
  ? [first, others]
  : ['main.ts', process.argv.slice(2)];

await main(
  async (signal) => {
    // Benchmarks measure the engine of a release.
    await setup({ servers: [DEFAULT_LIVEKIT_VERSION], profile: 'release', signal });
    log('benchmarks use the media engine of the profile release');
    await buildFloor(signal);
  },
  () => runNode(join(root, 'bench', program), args),
);
