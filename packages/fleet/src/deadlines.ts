/**
 * Deadlines within which a run on many hosts notices lost processes, ms. They depend on each other,
 * so they are in one place.
 */

/**
 * Interval of renewing everything that expires, ms: an agent's facts, locks and messages, the
 * coordinator's key and claims.
 */
export const RENEWAL_MS = 1_000;

/**
 * Time without a message or renewed facts after which an agent is lost, ms: a lost host must be
 * noticed within 5 s.
 */
export const LOST_AFTER_MS = 4_000;

/**
 * Lifetime of the coordinator's key and of its claims, ms. When the coordinator is gone,
 * participants must have left within 10 s, and leaving takes `LEAVE_MS`.
 */
export const COORDINATOR_MS = 6_000;

/**
 * Time in which participants leave if the coordinator did not request it, ms; then their workers
 * are killed.
 */
export const LEAVE_MS = 2_000;

/** Time limit for a command to Redis, ms. */
export const COMMAND_MS = 2_000;

/**
 * Time that one reading of a stream waits for messages, ms. A frozen Redis must not hide that
 * agents send nothing.
 */
export const BLOCK_MS = 500;
export const READING_MS = BLOCK_MS + 1_000;

/**
 * Settings of BullMQ for every process that checks locks. A lock that was not renewed for three
 * intervals is lost, and so is its shard, which is not started again because its participants may
 * still be connected.
 */
export const LOCKS = {
  lockDuration: 3 * RENEWAL_MS,
  lockRenewTime: RENEWAL_MS,
  stalledInterval: RENEWAL_MS,
  maxStalledCount: 0,
  maxStartedAttempts: 1,
} as const;
