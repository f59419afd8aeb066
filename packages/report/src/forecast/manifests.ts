/** Settings of autoscalers on Kubernetes, as objects for kubectl. */
import { DAY_MS, modulo, type NodeForecast, WEEK_MS } from '@livekit-swarm/chaos/scale';
import { yamlText } from '@livekit-swarm/settings';
import { printable } from '../text-layout.ts';
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

/** PromQL of the load over all nodes. */
const QUERIES = {
  rooms: 'sum(livekit_room_total)',
  // livekit_participant_total counts one on two nodes: the exporter asks the API.
  participants: 'max(livekit_swarm_lifecycle_participants)',
} as const;

/** A ScaledObject with the load from Prometheus, and a trigger for each order of the timetable. */
export const renderScaledObject = (view: ForecastView): string => {
  const { workload, forecast } = view;
  const { target, min, max, every } = scalerSettings(forecast);
  return document(
    [
      ...heading(view),
      'Change serverAddress, and timezone to that of the timetable. Of several triggers the highest counts.',
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
              query: QUERIES[forecast.curve.unit],
              threshold: String(target),
              // Prometheus without figures does not mean that there is no load.
              ignoreNullValues: 'false',
            },
          },
          ...ordersOf(forecast).map(({ fromAt, toAt, nodes }) => ({
            type: 'cron',
            metadata: {
              timezone: 'Etc/UTC',
              ...{ start: cronOf(fromAt, forecast), end: cronOf(toAt, forecast) },
              desiredReplicas: String(nodes),
            },
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

/** Times in which the timetable needs more nodes than the least. */
const ordersOf = ({
  running,
  rules: { min },
}: NodeForecast): { fromAt: number; toAt: number; nodes: number }[] =>
  running.filter(({ nodes }) => nodes > min);

/** `55 7 * * *`: minute, hour, day of the month, month, day of the week of a time. */
const cronOf = (at: number, { curve: { clock } }: NodeForecast): string => {
  const minutes = Math.floor(at / 60_000);
  const time = `${modulo(minutes, 60)} ${modulo(Math.floor(minutes / 60), 24)}`;
  if (clock === 'day') return `${time} * * *`;
  if (clock === 'date') {
    const date = new Date(at);
    return `${time} ${date.getUTCDate()} ${date.getUTCMonth() + 1} *`;
  }
  // The week of a timetable begins on Monday, that of cron on Sunday.
  return `${time} * * ${(Math.floor(modulo(at, WEEK_MS) / DAY_MS) + 1) % 7}`;
};
