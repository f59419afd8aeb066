#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: prepares the checkout if this is one, then runs the program under Node 24.
import { fileURLToPath } from 'node:url';
import { prepareCheckout } from '../launch/checkout.mjs';
import { main } from '../launch/main.mjs';
import { runNode } from '../launch/run-node.mjs';

await main(prepareCheckout, () =>
  runNode(fileURLToPath(new URL('../src/main.ts', import.meta.url)), process.argv.slice(2)),
);
