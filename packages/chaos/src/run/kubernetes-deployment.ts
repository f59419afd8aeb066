import { type KubernetesOrder, openKubernetesTarget } from '../targets/kubernetes.ts';
import type { DrillDeployment } from './deployment.ts';
import type { RaisedDeployment } from './run-drill.ts';

export interface KubernetesDeploymentOptions
  extends KubernetesOrder,
    Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'name' | 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'>> {}

/**
 * LiveKit in a namespace of a Kubernetes. It is somebody's: drills must name it. Default name: `NAMESPACE@CONTEXT`.
 * @throws ChaosError `no-cluster`, `refused`, `no-member`
 */
export const kubernetesDeployment = async (options: KubernetesDeploymentOptions): Promise<RaisedDeployment> => {
  const { url, apiKey, apiSecret, namespace } = options;
  const target = await openKubernetesTarget(options);
  return {
    target,
    name: options.name ?? `${namespace}@${String(target.reference.context)}`,
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
