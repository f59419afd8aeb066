import { setTimeout as sleep } from 'node:timers/promises';
import type { DrillDeployment } from './deployment.ts';

const READ_EVERY_MS = 1_000;

export interface ComponentProcesses extends AsyncDisposable {
  /** Processes by component, as they were read last. */
  readonly pids: () => ReadonlyMap<string, number>;
}

/**
 * Follows the processes of a lab, which change when components are started again. Null: they are not
 * on this host.
 */
export const followProcesses = async ({
  isLab,
  platform,
}: Pick<DrillDeployment, 'isLab' | 'platform'>): Promise<ComponentProcesses | null> => {
  if (!isLab || platform.kind !== 'process') return null;
  const components = await platform.components();
  let known: ReadonlyMap<string, number> = new Map();
  const read = async (): Promise<void> => {
    const found = await Promise.all(
      components.map(async (component): Promise<[string, number][]> => {
        // A component that cannot be asked now is asked again.
        const pid = await platform.pid(component).catch(() => null);
        return pid === null ? [] : [[component.name, pid]];
      }),
    );
    known = new Map(found.flat());
  };
  await read();
  const ended = new AbortController();
  const following = (async () => {
    while (!ended.signal.aborted) {
      await sleep(READ_EVERY_MS, undefined, { signal: ended.signal }).catch(() => {});
      if (!ended.signal.aborted) await read();
    }
  })();
  return {
    pids: () => known,
    [Symbol.asyncDispose]: async () => {
      ended.abort();
      await following;
    },
  };
};
