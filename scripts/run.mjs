// `node scripts/run.mjs FILE.ts [ARGS…]`: a TypeScript program of this checkout under the pinned Node, after the setup.
import { resolve } from 'node:path';
import { main } from './launch/main.mjs';
import { runNode } from './launch/run-node.mjs';
import { SetupError } from './setup/log.mjs';
import { setup } from './setup/setup.mjs';

const [program, ...args] = process.argv.slice(2);

await main(
  async (signal) => {
    if (program === undefined)
      throw new SetupError('no program given', 'node scripts/run.mjs FILE.ts [ARGS…]');
    await setup({ servers: ['1.13.4'], signal });
  },
  () => runNode(resolve(program ?? ''), args),
);
