/** The number of clients of which one piece of work each is done before the event loop reads its sockets again. */
const CLIENTS_AT_ONCE = 8;

/** Work of clients that waits. */
export interface FairQueue {
  push(client: string, work: () => void): void;
}

/**
 * Does one piece of work of each client in turn, and no more than a few between two turns of the event loop. libuv accepts one connection per turn: with 64
 * requests of one client in each turn, all other clients would wait in the kernel's queue of connections to accept, which drops what exceeds it.
 */
export const createFairQueue = (): FairQueue => {
  /** In the order of their turns. */
  const clients = new Map<string, (() => void)[]>();

  const takeTurns = (): void => {
    for (const [client, [work, ...others]] of [...clients].slice(0, CLIENTS_AT_ONCE)) {
      clients.delete(client);
      if (others.length > 0) clients.set(client, others);
      work?.();
    }
    if (clients.size > 0) setImmediate(takeTurns);
  };

  return {
    push: (client, work) => {
      if (clients.size === 0) setImmediate(takeTurns);
      const waiting = clients.get(client);
      if (waiting === undefined) clients.set(client, [work]);
      else waiting.push(work);
    },
  };
};
