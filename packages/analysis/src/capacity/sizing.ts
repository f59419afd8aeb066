/** Numbers of users, one for each row of a sizing table. */
const USERS = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000] as const;

/** Factor of reserve capacity in a deployment, for peaks and for a node that is down. */
export const HEADROOM = 1.5;

/**
 * Number of nodes that each number of users needs.
 * @param perNode participants that a node carries; 0: none
 */
export const sizingOf = (perNode: number): { users: number; nodes: number }[] =>
  perNode <= 0
    ? []
    : USERS.map((users) => ({ users, nodes: Math.ceil((users * HEADROOM) / perNode) }));
