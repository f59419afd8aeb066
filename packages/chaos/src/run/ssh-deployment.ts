import { nameOfSshOrder, type SshOrder } from '../targets/ssh/order.ts';
import { openSshTarget } from '../targets/ssh.ts';
import type { DrillDeployment } from './deployment.ts';
import type { RaisedDeployment } from './run-drill.ts';

export interface SshDeploymentOptions
  extends SshOrder,
    Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'>> {}

/**
 * LiveKit as units of systemd on machines that are reached over ssh. It is somebody's: drills must name it, by its hosts (`lk-1,lk-2`).
 * @throws ChaosError `no-ssh`, `unreachable`, `no-systemd`, `no-member`
 */
export const sshDeployment = async (options: SshDeploymentOptions): Promise<RaisedDeployment> => {
  const { url, apiKey, apiSecret } = options;
  const target = await openSshTarget(options);
  return {
    target,
    name: nameOfSshOrder(options),
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
