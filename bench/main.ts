/**
 * `npm run bench`: CPU per packet of the load generator (all its worker processes, JavaScript
 * included) with the floor, measured in the same seconds on the same host. Flags: `--repeats 3` and
 * `--seconds 20` a run; a word selects cases (`npm run bench -- video`).
 */

import { parseArgs } from 'node:util';
import { CASES } from './cases.ts';
import { LEAST_SECONDS, type PacketCost, packetCost } from './packet-cost.ts';
import { spread } from './spread.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '20' },
  },
});

const seconds = Number(values.seconds);
if (!(seconds >= LEAST_SECONDS)) {
  console.error(
    `--seconds must be ${LEAST_SECONDS} or more, not ${values.seconds}: the floor needs a few of them while all participants are connected`,
  );
  process.exit(2);
}

console.log(
  '| case | verdict | µs a packet | floor, µs | ratio | pump threads alone, ratio | cores a participant, × 10⁻⁴ |',
);
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const one of CASES.filter(({ name }) => positionals.every((word) => name.includes(word)))) {
  const rows: PacketCost[] = [];
  for (let i = 0; i < Number(values.repeats); i++) rows.push(await packetCost(one, seconds));
  const of = (pick: (row: PacketCost) => number, digits: number): string =>
    spread(rows.map(pick), digits);
  const verdicts = [...new Set(rows.map(({ verdict }) => verdict))].join(', ');
  const ratio = of(({ micros, floor }) => micros / floor, 2);
  const pump = of((row) => row.pump / row.floor, 2);
  const cost = of(({ cores }) => (cores / one.participants) * 1e4, 2);
  console.log(
    `| ${one.name} | ${verdicts} | ${of(({ micros }) => micros, 2)} | ${of(({ floor }) => floor, 2)} | ${ratio} | ${pump} | ${cost} |`,
  );
}
