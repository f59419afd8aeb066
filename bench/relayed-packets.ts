/**
 * `node bench/relayed-packets.ts [--repeats 3] [--seconds 15] [PATH …]`: CPU time of the load
 * generator per packet on each path, and the ratio to a direct packet of the same repeat, as JSON
 * lines. The server on the same host offers the paths itself (embedded TURN over UDP, ICE over
 * TCP); the paths take turns.
 */
import { parseArgs } from 'node:util';
import { swarmRun } from './swarm-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '15' },
    rooms: { type: 'string', default: '50' },
  },
});
const paths = positionals.length > 0 ? positionals : ['turn-udp', 'ice-tcp'];

const microsOf = async (path: string): Promise<number> => {
  const { verdict, reasons, generator } = await swarmRun([
    ...['--rooms', values.rooms, '--participants', '2', '--publish', 'audio', '--join-rate', '50'],
    ...['--path', path, '--duration', `${values.seconds}s`, '--embedded'],
  ]);
  if (generator.cpuMicrosPerPacket === null)
    throw new Error(`${path}: nothing was measured: ${verdict} ${reasons.join('; ')}`);
  return generator.cpuMicrosPerPacket;
};

for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
  const direct = await microsOf('direct');
  for (const path of paths) {
    const micros = await microsOf(path);
    console.log(JSON.stringify({ repeat, path, direct, micros, ratio: micros / direct }));
  }
}
