import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import {
  type LabState,
  labBackend,
  labCertificate,
  labProgram,
  labService,
  readState as readLab,
  type ServiceAction,
} from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { labRollout } from './lab-rollout.ts';
import { type Location, labComponents, labRedisLogin } from './location.ts';

/** Location of a running lab (`swarm lab up`). @throws SwarmError `no_lab` */
export const labLocation = async (name: string): Promise<Location> => {
  const state = await runningLabState(name);
  const components = labComponents(state.facts);
  /** Awaits a request to the lab; null when the lab was stopped in the meantime. */
  const orNull = async <T>(request: Promise<T>): Promise<T | null> => {
    try {
      return await request;
    } catch (error) {
      if (await isSameLab(name, state.startedAt)) throw error;
      return null;
    }
  };
  const ask = (service: string, action: ServiceAction): Promise<ProcessIdentity | null> =>
    orNull(labService(name, service, action));
  return {
    label: `lab "${name}"`,
    reference: () => ({ kind: 'process', place: 'lab', lab: name, startedAt: state.startedAt }),
    components: async () => components,
    redisLogin: () => labRedisLogin(state.facts),
    identity: (service) => ask(service, 'look'),
    start: async (service) => void (await ask(service, 'start')),
    rollout: labRollout({
      look: (node) => orNull(labProgram(name, node, null)),
      change: async (node, change) => void (await orNull(labProgram(name, node, change))),
    }),
    balancer: {
      whyNotReloadable: async () => null,
      reload: async (balancer) => void (await ask(balancer.name, 'reload')),
      certificates: {
        present: (balancer) => orNull(labCertificate(name, balancer.name, null)),
        use: async (balancer, certificate) =>
          void (await orNull(labCertificate(name, balancer.name, certificate))),
      },
      useNode: async (node, use) => void (await orNull(labBackend(name, node.name, use))),
    },
    whyNotStartable: () => null,
  };
};

/**
 * Location of the lab of a journal entry. If the lab was stopped since, or another one has its
 * name, faults in its services ended with them: only rules around them need a rollback.
 */
export const pastLabLocation = async (name: string, startedAt: unknown): Promise<Location> => {
  if (await isSameLab(name, startedAt)) return labLocation(name);
  return {
    label: `stopped lab "${name}"`,
    reference: () => ({ kind: 'process', place: 'lab', lab: name, startedAt: String(startedAt) }),
    components: async () => [],
    identity: async () => null,
    start: async () => {},
    whyNotStartable: () => `the lab "${name}" was stopped`,
  };
};

/** Returns true when the lab of this name is the one that was started then. */
export const isSameLab = async (name: string, startedAt: unknown): Promise<boolean> => {
  const state = await readLab(name);
  return state !== null && state.startedAt === startedAt && isSameProcess(state.supervisor);
};

const runningLabState = async (name: string): Promise<LabState> => {
  const state = await readLab(name);
  if (state !== null && isSameProcess(state.supervisor)) return state;
  throw new SwarmError(
    'no_lab',
    `no running lab "${name}"`,
    'start one with "swarm lab up"; "swarm lab status" lists running labs',
  );
};
