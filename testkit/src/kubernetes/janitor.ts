/**
 * The janitor: waits beside the process that runs a cluster, and cleans up when that is gone without having done so itself. Containers,
 * mounts and bridges do not end with whoever asked for them.
 *
 * It is told nothing: what is to be removed stands in the journal. If it is killed, too, the next start does its work.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '@livekit-swarm/host';
import { removeStaleKubernetes } from './clean-up.ts';

/** A process that is being killed closes its channel first, and is gone a moment later. */
const PATIENCE_MS = 10_000;

const clean = async (): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return void (await removeStaleKubernetes());
    } catch (error) {
      const tooEarly = error instanceof LabError && error.reason === 'in-use';
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
// It ends when its work is done, not when a terminal is closed.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
