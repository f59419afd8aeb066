#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: prepares the checkout if this is one, then runs the program: here, or under Node 24 if this one is older.
import { asksForHelp } from '../launch/asks-for-help.mjs';
import { helpProgram, mainProgram, prepareCheckout } from '../launch/checkout.mjs';
import { main } from '../launch/main.mjs';
import { runSwarm } from '../launch/run-node.mjs';

const args = process.argv.slice(2);
const forHelp = asksForHelp(args) ? await helpProgram() : null;
await main(
  async (signal) => {
    if (forHelp === null) await prepareCheckout(signal);
  },
  async () => runSwarm(forHelp ?? (await mainProgram()), args),
);
