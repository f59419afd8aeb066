import type { Target } from '../targets/target.ts';
import type { DrillDeployment } from './deployment.ts';
import type { RaisedDeployment } from './execute-drill.ts';

/** What nobody can read off a deployment that is somebody's: how people get in, and where one can look at it. */
export interface GivenAddresses
  extends Pick<DrillDeployment, 'url' | 'apiKey' | 'apiSecret'>,
    Partial<Pick<DrillDeployment, 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'>> {}

/** A deployment that is somebody's: drills must name it, and it goes on when they are over. */
export const givenDeployment = (
  target: Target,
  name: string,
  given: GivenAddresses,
): RaisedDeployment => ({
  target,
  name,
  own: false,
  url: given.url,
  apiKey: given.apiKey,
  apiSecret: given.apiSecret,
  redisUrl: given.redisUrl ?? null,
  balancerMetricsUrl: given.balancerMetricsUrl ?? null,
  prometheusUrl: given.prometheusUrl ?? null,
  [Symbol.asyncDispose]: () => target[Symbol.asyncDispose](),
});
