import { isSameProcess } from '@livekit-swarm/host';
import { isReady } from '../cluster/ready.ts';
import { type LabServiceState, type LabState, readState } from './lab-state.ts';

export interface LabStatus {
  state: LabState;
  /** Whether its supervisor runs. If not, nothing of it does. */
  standing: boolean;
  services: readonly (LabServiceState & { ready: LabServiceState['ready']; up: boolean })[];
}

/** How a lab is now, asked of each of its programs; null when there is no such lab. */
export const labStatus = async (name: string): Promise<LabStatus | null> => {
  const state = await readState(name);
  if (state === null) return null;
  const standing = isSameProcess(state.supervisor);
  const services = await Promise.all(
    state.services.map(async (service) => ({
      ...service,
      up: standing && (await isReady(service.ready)),
    })),
  );
  return { state, standing, services };
};
