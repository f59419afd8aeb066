import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { log } from '../../packages/cli/launch/log.mjs';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { root } from '../setup/paths.mjs';
import { KNOWN_FAILURES } from './rotating-files.mjs';
import { runCommand } from './run-command.mjs';
import { tallyVitest, withoutKnown } from './tally.mjs';

/**
 * @param {readonly string[]} projects of vitest.config.ts; they run one after the other.
 * @param {AbortSignal} signal
 * @param {readonly string[]} more arguments
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export const runVitest = async (projects, signal, more = []) => {
  // A file that runs alone has results of its own: others of its project may follow.
  const [only = ''] = more.length === 1 ? more : [];
  const part = only.endsWith('.test.ts') ? `-${basename(only, '.test.ts')}` : '';
  const file = join(root, '.cache', 'tests', `vitest-${projects.join('-')}${part}.json`);
  await rm(file, { force: true });
  const name = `vitest, ${projects.join(', ')}${part}`;
  const { ok } = await runCommand(
    name,
    await pinnedNode(),
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      ...more,
    ],
    signal,
    { SWARM_TALLY: file },
  );
  const tally = tallyVitest(name, await readFile(file, 'utf8').catch(() => null), ok);
  const { tally: others, failedAsKnown } = withoutKnown(tally, KNOWN_FAILURES);
  for (const { test, why } of failedAsKnown) log(`known to fail: ${test}: ${why}`);
  return others;
};
