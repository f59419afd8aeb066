/** Calls of the API that are under way at the same time. */
const AT_ONCE = 20;

/**
 * Works on all items, some at a time.
 * @throws the first failure of those under way, when they have ended; no further ones begin
 */
export const eachAtOnce = async <Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  for (let first = 0; first < items.length; first += AT_ONCE) {
    const done = await Promise.allSettled(items.slice(first, first + AT_ONCE).map(work));
    for (const one of done) if (one.status === 'rejected') throw one.reason;
  }
};

/**
 * Works on all items, one after the other, for calls that livekit-server loses when they meet:
 * 1.13.4 stores an ingress with an optimistic lock on all of them, tries five times, and then
 * answers as if it had stored it.
 * @throws the first failure; no further ones begin
 */
export const eachInTurn = async <Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> => {
  for (const item of items) await work(item);
};

/** Returns true if the API answered that what was to be deleted does not exist. */
export const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'not_found';
