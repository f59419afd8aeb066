import { ChaosError } from '../chaos-error.ts';
import { type DockerOrder, nameOfOrder } from '../targets/docker/order.ts';
import { openDockerTarget } from '../targets/docker.ts';
import type { DrillDeployment } from './deployment.ts';
import type { RaisedDeployment } from './run-drill.ts';

export interface DockerDeploymentOptions
  extends DockerOrder,
    Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'>> {}

/**
 * LiveKit in containers. It is somebody's: drills must name it, by the value of the label (and the engine, where that is another machine).
 * @throws ChaosError `no-engine`, `no-member`; UsageError for labels that make no sense
 */
export const dockerDeployment = async (options: DockerDeploymentOptions): Promise<RaisedDeployment> => {
  const { url, apiKey, apiSecret, label } = options;
  const target = await openDockerTarget(options);
  const members = await target.members();
  if (!members.some(({ kind }) => kind === 'node')) {
    const there = members.map(({ name }) => name).join(', ');
    throw new ChaosError(
      'no-member',
      `no container with ${label} says that it is a node of LiveKit${there === '' ? '' : ` (there is ${there})`}`,
      'give the nodes the label swarm.role=node, or say it here: docs/chaos.md',
    );
  }
  return {
    target,
    name: nameOfOrder(options),
    own: false,
    url,
    apiKey,
    apiSecret,
    redisUrl: options.redisUrl ?? null,
    balancerMetricsUrl: options.balancerMetricsUrl ?? null,
    prometheusUrl: options.prometheusUrl ?? null,
    [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
  };
};
