import { isSameProcess, type ProcessIdentity } from '@livekit-swarm/host';
import {
  type LabState,
  labService,
  readState as readLab,
  type ServiceAction,
} from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import type { Location } from './component.ts';
import { labComponents } from './lab-components.ts';

/** A lab that stands by itself (`swarm lab up`). @throws SwarmError `no_lab` when there is none of that name that stands */
export const labLocation = async (name: string): Promise<Location> => {
  const state = await runningLabState(name);
  const parts = labComponents(state.facts);
  /** Null, too, when the lab was ended in the meantime, and all its programs with it. */
  const ask = async (service: string, action: ServiceAction): Promise<ProcessIdentity | null> => {
    try {
      return await labService(name, service, action);
    } catch (error) {
      if (await isSameLab(name, state.startedAt)) throw error;
      return null;
    }
  };
  return {
    label: `lab "${name}"`,
    reference: () => ({ kind: 'process', place: 'lab', lab: name, startedAt: state.startedAt }),
    components: async () => parts,
    identity: (service) => ask(service, 'look'),
    start: async (service) => void (await ask(service, 'start')),
    whyNotStartable: () => null,
  };
};

/**
 * The lab as the journal has it. One that has ended, or another of the same name: what was done to its programs has ended with them, and only what
 * was done around them is to be taken back.
 */
export const pastLabLocation = async (name: string, startedAt: unknown): Promise<Location> => {
  if (await isSameLab(name, startedAt)) return labLocation(name);
  return {
    label: `lab "${name}", which has ended`,
    reference: () => ({ kind: 'process', place: 'lab', lab: name, startedAt: String(startedAt) }),
    components: async () => [],
    identity: async () => null,
    start: async () => {},
    whyNotStartable: () => `the lab "${name}" has ended`,
  };
};

/** The lab that was raised then, not another of its name. */
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
    'start one with "swarm lab up", see those that stand with "swarm lab status"',
  );
};
