// `npm run check`: all checks that need no run of the product, in under 20 s. `npm test` begins
// with it.

import { main } from '../packages/cli/launch/main.mjs';
import { pinnedNode } from '../packages/cli/launch/run-node.mjs';
import { CHECKS } from './check/checks.mjs';
import { runChecks } from './check/run-checks.mjs';
import { setup } from './setup/setup.mjs';

/** @type {string[]} */
let failures = [];

await main(
  async (signal) => {
    await setup({ engine: false, signal });
    failures = await runChecks(CHECKS, await pinnedNode(), signal);
  },
  async () => (failures.length === 0 ? 0 : 1),
);
