import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { codeOf } from '@livekit-swarm/settings';
import { z } from 'zod';
import { helperFault } from './protocol.ts';

const heldEffect = z.object({
  /** ID of the injection. */
  id: z.string(),
  pod: z.string(),
  containerId: z.string(),
  fault: helperFault,
  /** Letters and digits that name its nftables tables and its swarm-impair. */
  name: z.string(),
  /** Files of cgroups: contents before, and while the fault is active. */
  files: z.array(z.object({ path: z.string(), before: z.string(), during: z.string() })),
  /** Processes that are stopped; `startedAt` in clock ticks, because PIDs are used again. */
  stopped: z.array(z.object({ pid: z.int(), startedAt: z.string() })),
});

/** Effect of a fault on one pod, with what its undoing needs. */
export type HeldEffect = z.infer<typeof heldEffect>;

/**
 * File on the host with the effects that this helper holds, written before each effect: a helper
 * that was killed undoes them when the kubelet has started it again. In /run, which does not survive
 * the host either.
 */
export interface EffectFile {
  /** @throws Error for a file that is not one of these */
  read(): HeldEffect[];
  /** Writes the effects; without any, it removes the file. */
  write(effects: readonly HeldEffect[]): void;
}

export const openEffectFile = (path: string): EffectFile => ({
  read: () => {
    try {
      return z.array(heldEffect).parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },
  // Synchronous, so that nothing is injected before the file is written. A helper that is killed
  // meanwhile leaves the file as it was, and so the next one can undo what it names.
  write: (effects) => {
    const next = `${path}.new`;
    if (effects.length === 0) {
      for (const file of [path, next]) rmSync(file, { force: true });
      return;
    }
    writeFileSync(next, JSON.stringify(effects), { mode: 0o600, flush: true });
    renameSync(next, path);
  },
});
