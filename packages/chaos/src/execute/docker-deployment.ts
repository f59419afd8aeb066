import { SwarmError } from '@livekit-swarm/settings';
import { type DockerOrder, nameOfOrder } from '../targets/docker/spec.ts';
import { openDockerTarget } from '../targets/docker.ts';
import type { RaisedDeployment } from './execute-drill.ts';
import { type GivenAddresses, givenDeployment } from './user-deployment.ts';

export type DockerDeploymentOptions = DockerOrder & GivenAddresses;

/**
 * LiveKit in containers, known by the value of their label (and the engine, where that is another machine).
 * @throws SwarmError `no_engine`, `no_member`; SwarmError `usage` for labels that make no sense
 */
export const dockerDeployment = async (
  options: DockerDeploymentOptions,
): Promise<RaisedDeployment> => {
  const target = await openDockerTarget(options);
  const members = await target.members();
  if (!members.some(({ kind }) => kind === 'node')) {
    const there = members.map(({ name }) => name).join(', ');
    throw new SwarmError(
      'no_member',
      `no container with ${options.label} says that it is a node of LiveKit${there === '' ? '' : ` (there is ${there})`}`,
      'give the nodes the label swarm.role=node, or say it here: docs/chaos.md',
    );
  }
  return givenDeployment(target, nameOfOrder(options), options);
};
