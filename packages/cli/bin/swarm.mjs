#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: sets the checkout up where needed, then runs the CLI under the pinned Node 24.
import { fileURLToPath } from 'node:url';
import { main } from '../../../scripts/launch/main.mjs';
import { runNode } from '../../../scripts/launch/run-node.mjs';
import { setup } from '../../../scripts/setup/setup.mjs';

await main(
  (signal) => setup({ signal }),
  () => runNode(fileURLToPath(new URL('../src/main.ts', import.meta.url)), process.argv.slice(2)),
);
