/**
 * Number of clients that are served, one piece of work each, before the event loop reads its
 * sockets again.
 */
const CLIENTS_AT_ONCE = 8;

/** Queue of the work of clients. */
export interface FairQueue {
  push(client: string, work: () => void): void;
}

/**
 * Create a queue that does one piece of work of each client in turn, and no more than a few between
 * two turns of the event loop. libuv accepts one connection per turn: with 64 requests of one
 * client in each turn, all other clients would wait in the kernel's queue of connections to accept,
 * which drops those that exceed it.
 */
export const createFairQueue = (): FairQueue => {
  /** Waiting work by client, in the order of the clients' turns. */
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
