/** How many users a sizing table has rows for. */
const USERS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000] as const;

/** A deployment keeps half as much again in reserve: for peaks, and for a node that is down. */
export const HEADROOM = 1.5;

/**
 * Nodes needed for a number of users.
 * @param perNode participants that a node carries; 0: none
 */
export const sizingOf = (perNode: number): { users: number; nodes: number }[] =>
  perNode <= 0
    ? []
    : USERS.map((users) => ({ users, nodes: Math.ceil((users * HEADROOM) / perNode) }));
