import { join } from 'node:path';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { root } from './paths.mjs';
import { runWithOutput } from './run-with-output.mjs';

/**
 * Has what npm has compiled for this host put in its place.
 *
 * @param {string[]} args of prebuilt.ts
 * @param {AbortSignal} signal
 * @returns {Promise<boolean>} whether there was something that fits; it has printed why not.
 */
export const usePrebuilt = async (args, signal) => {
  const program = join(root, 'scripts', 'setup', 'prebuilt.ts');
  const code = await runWithOutput(await pinnedNode(), [program, ...args], signal);
  signal.throwIfAborted();
  return code === 0;
};
