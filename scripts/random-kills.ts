/**
 * `npm run kills -- [--count 200] [--seed 1] [--only injection,exporter]`: sends random SIGKILLs,
 * and lists their leftovers. Exit codes: 1 for any leftover, 2 for an invalid option. Needs root.
 */
import { isUsageError } from '@livekit-swarm/settings';
import { readKillOptions } from '../testkit/src/random-kills/kill-options.ts';
import { randomKills } from '../testkit/src/random-kills/random-kills.ts';

const run = async (): Promise<number> => {
  const options = readKillOptions(process.argv.slice(2));
  const { kills, ...left } = await randomKills({
    ...options,
    onKill: (text) => void process.stdout.write(`${text}\n`),
  });
  process.stdout.write(`\n${JSON.stringify({ kills, ...left }, null, 2)}\n`);
  return Object.values(left).some((list) => list.length > 0) ? 1 : 0;
};

try {
  process.exitCode = await run();
} catch (error) {
  if (!isUsageError(error)) throw error;
  process.stderr.write(`${error.message}\n${error.hint ?? ''}\n`);
  process.exitCode = error.exitCode;
}
