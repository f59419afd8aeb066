/** A program: creates a network with a process on each host, prints a line, and runs until it is killed. */
import { spawn } from 'node:child_process';
import { openNetwork } from './network.ts';

const { server, generator } = await openNetwork();
for (const { through } of [server, generator]) {
  const [program, ...args] = [...through, 'sleep', '120'] as const;
  spawn(program, args, { stdio: 'ignore' });
}
process.send?.('made');
process.on('disconnect', () => {});
