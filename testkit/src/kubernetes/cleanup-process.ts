/**
 * Cleanup process: watches the process that runs a cluster, and cleans up when that ends without
 * having done so. Containers, mounts and bridges do not end with the process that requested them.
 *
 * The journal lists what to remove. If the cleanup process is killed as well, the next start cleans
 * up.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { hasErrorCode } from '@livekit-swarm/settings';
import { removeStaleKubernetes } from './clean-up.ts';

/** Time for the watched process to end after its channel has closed, ms. */
const PATIENCE_MS = 10_000;

const clean = async (): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return void (await removeStaleKubernetes());
    } catch (error) {
      const tooEarly = hasErrorCode(error, 'in_use');
      if (!tooEarly || performance.now() > deadline) throw error;
      await sleep(100);
    }
  }
};

process.once('disconnect', () => {
  clean().then(
    () => process.exit(0),
    () => process.exit(1),
  );
});
// The process ends when its work is done, even if a terminal is closed.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
