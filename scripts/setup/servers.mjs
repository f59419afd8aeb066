import { join } from 'node:path';
import { SetupError } from '../../packages/cli/launch/log.mjs';
import { pinnedNode } from '../../packages/cli/launch/run-node.mjs';
import { root } from './paths.mjs';
import { runWithOutput } from './run-with-output.mjs';

/**
 * Prepares livekit-server, in parallel with the media engine. packages/lab builds it and reports
 * its progress.
 * @param {readonly string[]} versions
 * @param {AbortSignal} signal
 * @param {{ besideEngine?: boolean }} [options] `besideEngine`: true if the media engine is compiled
 * meanwhile. Its last crate takes one core for long, so that it should be reached early.
 */
export const provideServers = async (versions, signal, { besideEngine = false } = {}) => {
  const program = join(root, 'packages', 'lab', 'src', 'provision', 'main.ts');
  const code = await runWithOutput(await pinnedNode(), [program, ...versions], signal, {
    yields: besideEngine,
  });
  signal.throwIfAborted();
  // The command has printed the error.
  if (code !== 0)
    throw new SetupError(
      'there is no livekit-server to test against',
      'see above; with --url none is needed',
    );
};

/**
 * Checks the requirements of a Kubernetes cluster on this host, or builds its programs, which takes
 * minutes the first time.
 * @param {'check' | 'build'} step
 * @param {AbortSignal} signal
 */
export const provideKubernetes = async (step, signal) => {
  const program = join(root, 'testkit', 'src', 'kubernetes', 'provide.ts');
  const code = await runWithOutput(await pinnedNode(), [program, step], signal);
  signal.throwIfAborted();
  if (code !== 0) throw new SetupError('there is no Kubernetes to test against', 'see above');
};
