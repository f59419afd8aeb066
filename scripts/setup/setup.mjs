import { isComplete } from './complete.mjs';

/**
 * Installs and builds missing or outdated parts; returns within milliseconds when there are none.
 * A setup waits for another one that runs at the same time. An interrupted setup leaves no
 * partial result: each result appears in one step.
 *
 * Throws a SetupError; when `signal` aborts, its reason.
 *
 * @param {{ servers?: string[], engine?: boolean, signal: AbortSignal }} options `servers`:
 * versions of livekit-server to prepare if another part has to be built anyway; otherwise `swarm` does it
 * when it needs one. `engine`: false if no media is needed.
 */
export const setup = async ({ servers = [], engine = true, signal }) => {
  if (isComplete()) return;
  // Loaded only now: a start with nothing to do spends most of its time on loading modules.
  const { buildMissing } = await import('./build-missing.mjs');
  await buildMissing({ servers, engine, signal });
};
