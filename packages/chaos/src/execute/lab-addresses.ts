import type { ClusterFacts } from '@livekit-swarm/lab';
import type { DrillDeployment } from './deployment.ts';

/** What a lab says of itself, but for its secret. */
export const labAddresses = (
  facts: Pick<ClusterFacts, 'url' | 'apiKey' | 'redisUrl' | 'balancerStatsUrl' | 'prometheusUrl'>,
): Pick<
  DrillDeployment,
  'url' | 'apiKey' | 'redisUrl' | 'balancerMetricsUrl' | 'prometheusUrl'
> => ({
  url: facts.url,
  apiKey: facts.apiKey,
  redisUrl: facts.redisUrl,
  balancerMetricsUrl:
    facts.balancerStatsUrl === null ? null : new URL('/metrics', facts.balancerStatsUrl).href,
  prometheusUrl: facts.prometheusUrl,
});
