#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: prepares the checkout if this is one, then runs the program: here, or under Node 24 if this one is older.
import { mainProgram, prepareCheckout } from '../launch/checkout.mjs';
import { main } from '../launch/main.mjs';
import { runSwarm } from '../launch/run-node.mjs';

await main(prepareCheckout, async () => runSwarm(await mainProgram(), process.argv.slice(2)));
