/**
 * `npm run bench`: what a packet costs the generator (all its worker processes, JavaScript included) beside the floor measured right after it,
 * on the same machine, at the same rates and sizes. Flags: `--repeats 3` and `--seconds 20` a run; a word picks cases (`npm run bench -- video`).
 */
import { parseArgs } from 'node:util';
import { CASES, type Case, OVERHEAD_BYTES } from './cases.ts';
import { swarmRun } from './swarm-run.ts';
import { udpFloor } from './udp-floor.ts';

interface Row {
  verdict: string;
  cores: number;
  micros: number;
  floor: number;
}

const measure = async ({ flags, participants }: Case, seconds: number): Promise<Row> => {
  const { verdict, reasons, metrics, generator } = await swarmRun([...flags, '--duration', `${seconds}s`]);
  const rate = (name: string): number => metrics[`${name}.rate`] ?? 0;
  const [sent, received] = [rate('packets_sent'), rate('packets_received')];
  const { workers, cpu, cpu_us_per_packet: micros } = generator;
  if (micros === null || cpu.avg === null || sent + received === 0)
    throw new Error(`nothing was measured: ${verdict} ${reasons.join('; ')}`);
  const floor = await udpFloor({
    threads: workers,
    sockets: participants,
    sendRate: sent / participants,
    receiveRate: received / participants,
    bytes: (rate('bytes_sent') + rate('bytes_received')) / (sent + received) + OVERHEAD_BYTES,
    seconds: 5,
  });
  return { verdict, cores: cpu.avg, micros, floor };
};

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { repeats: { type: 'string', default: '3' }, seconds: { type: 'string', default: '20' } },
});

console.log('| case | verdict | µs a packet | floor, µs | ratio | cores a participant, × 10⁻⁴ |');
console.log('| --- | --- | --- | --- | --- | --- |');
for (const one of CASES.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
  const rows: Row[] = [];
  for (let i = 0; i < Number(values.repeats); i++) rows.push(await measure(one, Number(values.seconds)));
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
