import { isComplete } from './complete.mjs';
import { requiredProfile } from './profile.mjs';

/** @import { Profile } from './profile.mjs' */

/**
 * Installs and builds missing or outdated parts; returns within milliseconds when there are none.
 * A setup waits for another one that runs at the same time. An interrupted setup leaves no
 * partial result: each result appears in one step.
 *
 * Throws a SetupError; when `signal` aborts, its reason.
 *
 * @param {{ servers?: readonly string[], engine?: boolean, profile?: Profile | null, signal: AbortSignal }} options
 * `servers`: versions of livekit-server to prepare if another part has to be built anyway;
 * otherwise `swarm` does it when it needs one. `engine`: false if no media is needed. `profile`:
 * the one that the media engine must have; null: any.
 */
export const setup = async ({ servers = [], engine = true, profile = null, signal }) => {
  const required = requiredProfile(profile);
  if (isComplete(engine ? required : null)) return;
  // Loaded only now: a start with nothing to do spends most of its time on loading modules.
  const { buildMissing } = await import('./build-missing.mjs');
  await buildMissing({ servers, engine, profile: required, signal });
};
