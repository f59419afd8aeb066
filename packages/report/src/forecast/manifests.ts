/** Settings of autoscalers on Kubernetes, as objects for kubectl. */
import type { NodeForecast } from '@livekit-swarm/chaos/scale';
import { yamlText } from '@livekit-swarm/settings';
import { printable } from '../text-layout.ts';
import { cronOrders } from './cron-orders.ts';
import type { ForecastView } from './forecast-view.ts';
import { scalerSettings } from './scaler-settings.ts';

/** Longest times of a behavior in autoscaling/v2, s. */
const LONGEST_WINDOW = 3_600;
const LONGEST_PERIOD = 1_800;
/** Default period of policies, s. */
const UP_PERIOD = 15;

/** A HorizontalPodAutoscaler that reads the load as an external metric. */
export const renderHpa = (view: ForecastView): string => {
  const { workload, forecast } = view;
  const { target, min, max } = scalerSettings(forecast);
  const metric = `livekit_${forecast.curve.unit}`;
  return document(
    [
      ...heading(view),
      `The metric ${metric} is the sum over all nodes: an adapter or KEDA must serve it.`,
      ...late(forecast),
    ],
    {
      ...{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
      metadata: { name: workload.name },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', ...workload },
        ...{ minReplicas: min, maxReplicas: max },
        metrics: [
          {
            type: 'External',
            external: {
              metric: { name: metric },
              target: { type: 'AverageValue', averageValue: String(target) },
            },
          },
        ],
        behavior: behaviorOf(forecast),
      },
    },
  );
};

/** PromQL of the load over all nodes, and what to change in it. */
const QUERIES = {
  rooms: {
    // Two Prometheus scrape an instance twice, and a node may report one room less than none.
    query: 'sum(clamp_min(max by (instance) (livekit_room_total{job="livekit"}), 0))',
    change: 'job in the query',
  },
  participants: {
    // livekit_participant_total counts one on two nodes: the exporter asks the API.
    query: 'max(livekit_swarm_lifecycle_participants)',
    change: 'the query where Prometheus has several deployments',
  },
} as const;

/** A ScaledObject with the load from Prometheus, and a trigger for each order of the timetable. */
export const renderScaledObject = (view: ForecastView): string => {
  const { workload, forecast } = view;
  const { target, max, every } = scalerSettings(forecast);
  const { min, orders } = cronOrders(forecast);
  const { query, change } = QUERIES[forecast.curve.unit];
  return document(
    [
      ...heading(view),
      `Change serverAddress, ${change}, and timezone to that of the timetable. Of several triggers the highest counts.`,
    ],
    {
      ...{
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name: workload.name },
      },
      spec: {
        scaleTargetRef: workload,
        ...{ minReplicaCount: min, maxReplicaCount: max, pollingInterval: every },
        advanced: { horizontalPodAutoscalerConfig: { behavior: behaviorOf(forecast) } },
        triggers: [
          {
            type: 'prometheus',
            metadata: {
              serverAddress: 'http://prometheus.monitoring.svc:9090',
              query,
              threshold: String(target),
              // Prometheus without figures does not mean that there is no load.
              ignoreNullValues: 'false',
            },
          },
          ...orders.map(({ start, end, nodes }) => ({
            type: 'cron',
            metadata: { timezone: 'Etc/UTC', start, end, desiredReplicas: String(nodes) },
          })),
        ],
      },
    },
  );
};

const document = (comment: readonly string[], object: object): string =>
  yamlText(
    object,
    comment.map((line) => printable(line).replaceAll(/\s+/g, ' ')),
  );

const heading = ({ name }: ForecastView): string[] => [
  `By swarm scale forecast, for ${name}. The name is that of the workload.`,
];

const late = ({ safeTarget }: NodeForecast): string[] =>
  safeTarget === null
    ? [
        'Alone it is late for this timetable: also order nodes ahead of time, as --report keda does.',
      ]
    : [];

const behaviorOf = (forecast: NodeForecast): object => {
  const { max, coolDown } = scalerSettings(forecast);
  return {
    scaleUp: {
      stabilizationWindowSeconds: 0,
      // As many as are missing.
      policies: [{ type: 'Pods', value: max, periodSeconds: UP_PERIOD }],
    },
    scaleDown: {
      stabilizationWindowSeconds: Math.min(LONGEST_WINDOW, coolDown),
      policies: [
        {
          ...{ type: 'Pods', value: 1 },
          periodSeconds: Math.min(LONGEST_PERIOD, Math.max(1, coolDown)),
        },
      ],
    },
  };
};
