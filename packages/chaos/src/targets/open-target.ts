import { SwarmError } from '@livekit-swarm/settings';
import { reopenDockerTarget } from './docker.ts';
import { reopenKubernetesTarget } from './kubernetes.ts';
import { reopenProcessTarget } from './process.ts';
import { reopenSshTarget } from './ssh.ts';
import type { Target, TargetKind, TargetReference } from './target.ts';

/** Finds a target again by what the journal has of it; by kind. */
const OPENERS: Partial<Record<TargetKind, (reference: TargetReference) => Promise<Target>>> = {
  process: reopenProcessTarget,
  docker: reopenDockerTarget,
  kubernetes: reopenKubernetesTarget,
  ssh: reopenSshTarget,
};

/** @throws SwarmError `bad-reference` where this version does not know such targets */
export const openTarget = (reference: TargetReference): Promise<Target> => {
  const open = OPENERS[reference.kind];
  if (open !== undefined) return open(reference);
  throw new SwarmError(
    'bad_reference',
    `"${reference.kind}" is no kind of target that this version knows`,
    'use the version of swarm that ran the drill',
  );
};
