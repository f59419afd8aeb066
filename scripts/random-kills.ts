/** `npm run kills -- [--count 200] [--seed 1] [--only injection,exporter]`: random SIGKILLs, and what each leaves. Exits with 1 when anything is left. Needs root. */
import { parseArgs } from 'node:util';
import { KILLED, randomKills } from '../testkit/src/random-kills/random-kills.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: KILLED.join(',') },
  },
});
const { kills, ...left } = await randomKills({
  count: Number(values.count),
  seed: Number(values.seed),
  only: KILLED.filter((one) => values.only.split(',').includes(one)),
  onKill: (text) => void process.stdout.write(`${text}\n`),
});
process.stdout.write(`\n${JSON.stringify({ kills, ...left }, null, 2)}\n`);
process.exitCode = Object.values(left).some((list) => list.length > 0) ? 1 : 0;
