/** Within which time a run on many hosts notices what is gone: an order of deadlines, so they are in one place. In ms. */

/** How often everything that expires is renewed: an agent's facts, locks and messages, the coordinator's key and claims. */
export const RENEWAL_MS = 1_000;

/** A lost host has to be noticed within 5 s: an agent that sent no message, or did not renew its facts, for this long is lost. */
export const LOST_AFTER_MS = 4_000;

/** Participants have to leave within 10 s when the coordinator is gone, and need `LEAVE_MS` for it: its key expires after this time, and so does what it has claimed. */
export const COORDINATOR_MS = 6_000;

/** Participants that leave before the coordinator requests it have this long; then their workers are killed. */
export const LEAVE_MS = 2_000;

/** A command to Redis that was not answered has failed. */
export const COMMAND_MS = 2_000;

/** How long one reading of a stream waits for messages. A frozen Redis must not hide that agents send nothing. */
export const BLOCK_MS = 500;
export const READING_MS = BLOCK_MS + 1_000;

/**
 * BullMQ's, for all that check locks: a lock that was not renewed for three renewals is lost, and so is its shard. It is not started again, because its
 * participants may still be there.
 */
export const LOCKS = {
  lockDuration: 3 * RENEWAL_MS,
  lockRenewTime: RENEWAL_MS,
  stalledInterval: RENEWAL_MS,
  maxStalledCount: 0,
  maxStartedAttempts: 1,
} as const;
