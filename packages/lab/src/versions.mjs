// Plain JavaScript: the setup scripts use it before Node 24, which runs TypeScript, is installed.

/**
 * Releases of livekit-server that the lab can provide; each has its pinned Go module in
 * `livekit-server/vX.Y.Z`. The first is the default.
 */
export const LIVEKIT_VERSIONS = /** @type {const} */ ([
  '1.13.5',
  '1.13.4',
  '1.13.3',
  '1.13.1',
  '1.11.0',
]);

/** @typedef {(typeof LIVEKIT_VERSIONS)[number]} LiveKitVersion */

/**
 * Releases that the tests of this project use. `swarm ab` and `swarm soak` compare the others: what
 * changed from one release to the next?
 */
export const TESTED_VERSIONS = /** @type {const} @satisfies {readonly LiveKitVersion[]} */ ([
  '1.13.5',
  '1.11.0',
]);

/** @type {LiveKitVersion} */
export const DEFAULT_LIVEKIT_VERSION = LIVEKIT_VERSIONS[0];

/**
 * Newer releases that are not pinned here, because they replace pion's modules by forks that the
 * module proxy of Go does not have, and the day on which this was looked up.
 */
export const NEWER_RELEASES = { first: '1.13.6', last: '1.13.11', lookedUp: '2026-11-26' };
