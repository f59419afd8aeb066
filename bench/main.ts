/**
 * `npm run bench`: CPU per packet of the load generator (all its worker processes, JavaScript included) next to the floor, measured while the same load
 * is there: same seconds, same machine, same neighbours. Flags: `--repeats 3` and `--seconds 20` a run; a word picks cases (`npm run bench -- video`).
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { CASES, type Case, JOIN_RATE } from './cases.ts';
import { swarmRun } from './swarm-run.ts';
import { udpFloor } from './udp-floor.ts';

interface Row {
  verdict: string;
  cores: number;
  micros: number;
  floor: number;
}

/** A server, workers and the first join take this long at most, seconds. */
const START_SECONDS = 4;
/** The floor ends before participants leave. */
const SPARE_SECONDS = 3;

const measure = async ({ flags, participants, ...load }: Case, seconds: number): Promise<Row> => {
  const crowd = swarmRun([...flags, '--duration', `${seconds}s`]);
  const everybodyIn = sleep((START_SECONDS + participants / JOIN_RATE) * 1_000);
  const beside = everybodyIn.then(() =>
    udpFloor({
      ...load,
      sockets: participants,
      threads: Math.ceil(participants / 500),
      seconds: seconds - START_SECONDS - SPARE_SECONDS,
    }),
  );
  const [{ verdict, reasons, generator }, floor] = await Promise.all([crowd, beside]);
  const { cpuCores: cpu, cpuMicrosPerPacket: micros } = generator;
  if (micros === null || cpu.avg === null)
    throw new Error(`nothing was measured: ${verdict} ${reasons.join('; ')}`);
  return { verdict, cores: cpu.avg, micros, floor };
};

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
  },
});

const seconds = Number(values.seconds);
if (!(seconds >= 10)) {
  console.error(
    `--seconds must be 10 or more, not ${values.seconds}: the floor needs a few of them while all participants are connected`,
  );
  process.exit(2);
}

console.log('| case | verdict | µs a packet | floor, µs | ratio | cores a participant, × 10⁻⁴ |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const one of CASES.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
  const rows: Row[] = [];
  for (let i = 0; i < Number(values.repeats); i++) rows.push(await measure(one, seconds));
  const of = (pick: (row: Row) => number, digits: number): string => {
    const all = rows.map(pick);
    return `${median(all).toFixed(digits)} (${Math.min(...all).toFixed(digits)}–${Math.max(...all).toFixed(digits)})`;
  };
  const verdicts = [...new Set(rows.map(({ verdict }) => verdict))].join(', ');
  const ratio = of(({ micros, floor }) => micros / floor, 2);
  const cost = of(({ cores }) => (cores / one.participants) * 1e4, 2);
  console.log(
    `| ${one.name} | ${verdicts} | ${of(({ micros }) => micros, 2)} | ${of(({ floor }) => floor, 2)} | ${ratio} | ${cost} |`,
  );
}
