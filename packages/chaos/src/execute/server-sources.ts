import {
  metricsSource,
  prometheusHostSource,
  prometheusSource,
  redisSource,
  type ServerSource,
} from '@livekit-swarm/runner';
import type { DrillDeployment } from './deployment.ts';

/** Sources of node metrics: the nodes themselves in a lab, otherwise the deployment's observers. */
export const serverSources = ({
  nodeMetrics,
  prometheusUrl,
  redisUrl,
}: DrillDeployment): ServerSource[] =>
  nodeMetrics === undefined
    ? [
        ...(prometheusUrl === null
          ? []
          : [prometheusSource({ url: prometheusUrl, selector: null })]),
        ...(redisUrl === null ? [] : [redisSource(redisUrl)]),
        ...(prometheusUrl === null
          ? []
          : [prometheusHostSource({ url: prometheusUrl, selector: null })]),
      ]
    : nodeMetrics.map(({ name, url }) => metricsSource(url, name));
