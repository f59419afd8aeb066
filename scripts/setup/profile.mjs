import { SetupError } from '../../packages/cli/launch/log.mjs';

/**
 * Cargo profiles of the media engine. `checkout` is compiled in a fraction of the time of
 * `release`, and costs more CPU per join (docs/first-start.md).
 *
 * @typedef {'checkout' | 'release'} Profile
 */

/** @type {readonly Profile[]} */
const PROFILES = ['checkout', 'release'];

/** Profile in which a missing engine is compiled. @type {Profile} */
const DEFAULT_PROFILE = 'checkout';

const VARIABLE = 'SWARM_ENGINE_PROFILE';

/**
 * Profile that an engine must have: that of a command which needs one, else that of the
 * environment.
 * @param {Profile | null} needed null: the command works with any.
 * @returns {Profile | null} null: any.
 */
export const requiredProfile = (needed) => {
  const named = process.env[VARIABLE];
  const wanted = PROFILES.find((profile) => profile === named);
  if (named !== undefined && wanted === undefined)
    throw new SetupError(
      `${VARIABLE}=${named} is not a profile of the media engine`,
      `set it to ${PROFILES.join(' or ')}, or unset it`,
    );
  if (needed !== null && wanted !== undefined && needed !== wanted)
    throw new SetupError(
      `this command needs a media engine of the profile ${needed}, and ${VARIABLE} is ${wanted}`,
      `unset ${VARIABLE}`,
    );
  return needed ?? wanted ?? null;
};

/** Profile in which to compile an engine. @param {Profile | null} required */
export const profileToBuild = (required) => required ?? DEFAULT_PROFILE;
