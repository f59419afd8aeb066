import type { Drill } from '../drill/drill.ts';
import { isChange } from '../drill/fault-conflicts.ts';
import type { Platform } from '../targets/platform.ts';
import type { Preparation } from '../targets/rollout.ts';

/**
 * Makes ready the releases that faults of a drill give to nodes: a lab compiles a livekit-server for
 * minutes, in which a drained node would be down and the load would lack the CPU.
 * @throws SwarmError when a program cannot be provided
 */
export const prepareReleases = async (
  { rollout }: Pick<Platform, 'rollout'>,
  { faults }: Pick<Drill, 'faults'>,
  preparation: Preparation,
): Promise<void> => {
  if (rollout?.by !== 'node') return;
  for (const { fault, params } of faults) {
    if (!isChange({ name: fault }) || typeof params.to !== 'string') continue;
    await rollout.prepare?.({ program: params.to, config: {}, configFile: null }, preparation);
  }
};
