import { type KubernetesOrder, openKubernetesTarget } from '../targets/kubernetes.ts';
import type { RaisedDeployment } from './execute-drill.ts';
import { type GivenAddresses, givenDeployment } from './user-deployment.ts';

export type KubernetesDeploymentOptions = KubernetesOrder & GivenAddresses & { name?: string };

/**
 * LiveKit in a namespace of a Kubernetes. Default name: `NAMESPACE@CONTEXT`.
 * @throws SwarmError `no-cluster`, `refused`, `no-member`
 */
export const kubernetesDeployment = async (
  options: KubernetesDeploymentOptions,
): Promise<RaisedDeployment> => {
  const target = await openKubernetesTarget(options);
  return givenDeployment(
    target,
    options.name ?? `${options.namespace}@${String(target.reference.context)}`,
    options,
  );
};
