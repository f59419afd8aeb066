import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { root } from '../setup/paths.mjs';
import { runCommand } from './run-command.mjs';
import { tallyVitest } from './tally.mjs';

/**
 * @param {readonly string[]} projects of vitest.config.ts; they run one after the other.
 * @param {AbortSignal} signal
 * @param {readonly string[]} more arguments
 * @returns {Promise<import('./tally.mjs').Tally>}
 */
export const runVitest = async (projects, signal, more = []) => {
  const file = join(root, '.cache', 'tests', `vitest-${projects.join('-')}.json`);
  await rm(file, { force: true });
  const name = `vitest, ${projects.join(', ')}`;
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
  return tallyVitest(name, await readFile(file, 'utf8').catch(() => null), ok);
};
