import { join } from 'node:path';
import { root } from './paths.mjs';
import { pinnedNode } from './pinned-node.mjs';
import { runLoudly } from './run-loudly.mjs';
import { SetupError } from './say.mjs';

/**
 * Gets livekit-server ready, so that it builds beside the media engine and not after it. packages/lab knows how, and says how far it is.
 *
 * @param {string[]} versions
 * @param {AbortSignal} signal
 */
export const provideServers = async (versions, signal) => {
  const program = join(root, 'packages', 'lab', 'src', 'provision', 'main.ts');
  const code = await runLoudly(await pinnedNode(), [program, ...versions], signal);
  signal.throwIfAborted();
  // It has said what and why.
  if (code !== 0) throw new SetupError('there is no livekit-server to test against', 'see above; with --url none is needed');
};
