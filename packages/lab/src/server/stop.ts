import { setTimeout as sleep } from 'node:timers/promises';
import type { GuardedProcess } from '@livekit-swarm/host';

/**
 * livekit-server leaves on SIGTERM once its rooms are empty, which may be never; on a second SIGTERM it leaves at once; SIGKILL is for
 * one that hangs. [signal, what it is given before the next, ms]
 */
export const STOP_SEQUENCE: readonly (readonly [NodeJS.Signals, number])[] = [
  ['SIGTERM', 200],
  ['SIGTERM', 2_000],
  ['SIGKILL', 5_000],
];

/** Ends the server within seconds and resolves when it is gone. */
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
