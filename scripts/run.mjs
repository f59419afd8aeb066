// `node scripts/run.mjs [--no-engine] FILE.ts [ARGS…]`: runs a TypeScript program of this checkout
// under the pinned Node, after the setup. --no-engine: the program simulates no participants, so
// neither Rust nor Go is needed. Programs that measure or make a release use the media engine of a
// release.
import { relative, resolve } from 'node:path';
import { SetupError } from '../packages/cli/launch/log.mjs';
import { main } from '../packages/cli/launch/main.mjs';
import { runNode } from '../packages/cli/launch/run-node.mjs';
import { DEFAULT_LIVEKIT_VERSION } from '../packages/lab/src/versions.mjs';
import { root } from './setup/paths.mjs';
import { setup } from './setup/setup.mjs';

const NO_ENGINE = '--no-engine';
const engine = process.argv[2] !== NO_ENGINE;
const [program, ...args] = process.argv.slice(engine ? 2 : 3);
const NEEDS_RELEASE = /^(bench|scripts\/release)\//;
const profile = NEEDS_RELEASE.test(relative(root, resolve(program ?? ''))) ? 'release' : null;

await main(
  async (signal) => {
    if (program === undefined)
      throw new SetupError(
        'no program given',
        `node scripts/run.mjs [${NO_ENGINE}] FILE.ts [ARGS…]`,
      );
    await setup({
      servers: engine ? [DEFAULT_LIVEKIT_VERSION] : [],
      engine,
      profile: engine ? profile : null,
      signal,
    });
  },
  () => runNode(resolve(program ?? ''), args),
);
