import { isComplete } from './complete.mjs';

/**
 * Installs and builds what is missing or out of date; returns within milliseconds when nothing is. Two at a time wait for one another,
 * and an interrupted one leaves nothing half done: each result appears whole, or not at all.
 *
 * Throws a SetupError; when `signal` aborts, its reason.
 *
 * @param {{ servers?: string[], engine?: boolean, signal: AbortSignal }} options `servers`: versions of livekit-server to get ready where
 *   something else has to be built anyway; otherwise `swarm` does it when it needs one. `engine`: false if no media is needed.
 */
export const setup = async ({ servers = [], engine = true, signal }) => {
  if (isComplete()) return;
  // Loaded now: a start with nothing to do spends most of its time on modules.
  const { buildMissing } = await import('./build-missing.mjs');
  await buildMissing({ servers, engine, signal });
};
