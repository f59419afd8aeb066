// `node scripts/run.mjs [--no-engine] FILE.ts [ARGS…]`: runs a TypeScript program of this checkout
// under the pinned Node, after the setup. --no-engine: the program simulates no participants, so
// neither Rust nor Go is needed.
import { resolve } from 'node:path';
import { SetupError } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { runNode } from '../packages/cli/launch/run-node.mjs';
import { setup } from './setup/setup.mjs';

const NO_ENGINE = '--no-engine';
const engine = process.argv[2] !== NO_ENGINE;
const [program, ...args] = process.argv.slice(engine ? 2 : 3);

await main(
  async (signal) => {
    if (program === undefined)
      throw new SetupError(
        'no program given',
        `node scripts/run.mjs [${NO_ENGINE}] FILE.ts [ARGS…]`,
      );
    await setup({ servers: engine ? ['1.13.4'] : [], engine, signal });
  },
  () => runNode(resolve(program ?? ''), args),
);
