#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: prepares the checkout if this is one, then runs the program under Node 24.
import { fileURLToPath } from 'node:url';
import { checkout, prepareCheckout } from '../launch/checkout.mjs';
import { main } from '../launch/main.mjs';
import { runNode } from '../launch/run-node.mjs';

// An installed package has what is built of the sources.
const program = new URL(checkout === null ? '../src/main.js' : '../src/main.ts', import.meta.url);
await main(prepareCheckout, () => runNode(fileURLToPath(program), process.argv.slice(2)));
