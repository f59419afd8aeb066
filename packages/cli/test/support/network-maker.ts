/** A program: makes a network with somebody on each host, says so, and stays until it is killed. */
import { spawn } from 'node:child_process';
import { openNetwork } from './network.ts';

const { server, generator } = await openNetwork();
for (const { through } of [server, generator]) {
  const [program, ...args] = [...through, 'sleep', '120'] as const;
  spawn(program, args, { stdio: 'ignore' });
}
process.send?.('made');
process.on('disconnect', () => {});
