import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from '@livekit-swarm/host';

/**
 * Signals that stop a livekit-server, each with the time before the next, ms. It exits on SIGTERM
 * once its rooms are empty, which may be never; on a second SIGTERM it exits at once; SIGKILL is
 * for a server that hangs.
 */
export const STOP_SEQUENCE: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGTERM', 200],
  ['SIGTERM', 2_000],
  ['SIGKILL', 5_000],
];

/** Stops the server within seconds; resolves when it has exited. */
export const stopServer = async (server: GuardedProcess): Promise<void> => {
  let gone = false;
  const exited = server.exited.then(() => {
    gone = true;
  });
  for (const [signal, patienceMs] of STOP_SEQUENCE) {
    server.signal(signal);
    const timer = new AbortController();
    await Promise.race([
      exited,
      sleep(patienceMs, undefined, { signal: timer.signal }).catch(() => {}),
    ]);
    timer.abort();
    if (gone) return;
  }
};
