/**
 * `npm run bench -- growth.ts [--participants 100,300,1000,2000] [--repeats 3] [--seconds 14]`:
 * cores and memory per participant of the load generator as the load grows, with the floor of the
 * same seconds. Rooms of two with audio join the scripted server (bench/reflector.ts), which
 * supports more participants on the same cores than livekit-server. The floor has at most 500
 * sockets, because it needs its own cores.
 */
import { parseArgs } from 'node:util';
import { audio } from './cases.ts';
import { LEAST_SECONDS, type PacketCost, packetCost } from './packet-cost.ts';
import { startReflector } from './reflector-process.ts';
import { printSlope } from './slope.ts';
import { spread } from './spread.ts';

const { values } = parseArgs({
  options: {
    participants: { type: 'string', default: '100,300,1000,2000' },
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '14' },
    'reflector-threads': { type: 'string', default: '1' },
  },
});
const FLOOR_SOCKETS = 500;
const JOIN_RATE = 150;
const seconds = Math.max(LEAST_SECONDS, Number(values.seconds));

await using reflector = await startReflector(Number(values['reflector-threads']));
process.env.LIVEKIT_URL = reflector.url;
console.log(
  '| participants | verdict | missing tracks | µs a packet | floor, µs | ratio | pump threads alone, ratio | cores a participant, × 10⁻⁴ | workers, MiB |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
const MIB = 2 ** 20;
const memory = new Map<number, number[]>();
for (const participants of values.participants.split(',').map(Number)) {
  const rows: PacketCost[] = [];
  for (let i = 0; i < Number(values.repeats); i++)
    rows.push(await packetCost(audio(participants, JOIN_RATE), seconds, FLOOR_SOCKETS));
  const of = (pick: (row: PacketCost) => number, digits: number): string =>
    spread(rows.map(pick), digits);
  const verdicts = [...new Set(rows.map(({ verdict }) => verdict))].join(', ');
  const missing = rows.reduce((sum, row) => sum + row.missing, 0);
  const ratio = of(({ micros, floor }) => micros / floor, 2);
  const pump = of((row) => row.pump / row.floor, 2);
  const cores = of((row) => (row.cores / participants) * 1e4, 2);
  const resident = rows.map(({ residentBytes }) => residentBytes / MIB);
  memory.set(participants, resident);
  console.log(
    `| ${participants} | ${verdicts} | ${missing} | ${of(({ micros }) => micros, 2)} | ${of(({ floor }) => floor, 2)} | ${ratio} | ${pump} | ${cores} | ${spread(resident, 0)} |`,
  );
}
printSlope('MiB of RSS', memory);
