import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/** Fewest failures that fire: below it, a share has no meaning. */
const FEWEST = 5;

/** Expression for a high share of failures, with at least a few of them. */
const tooMany = (by: string, metric: string, selector: string, failed: string, limit: number) => {
  const sum = (more: string): string =>
    `sum by (${by}) (increase(${metric}{${selector}${more}}[15m]))`;
  return `${sum(`, ${failed}`)} / (${sum('')} > 0) > ${limit}
and
${sum(`, ${failed}`)} >= ${FEWEST}`;
};

/** Alerts on services that applications use: API, webhooks, recordings. */
export const serviceAlerts = ({
  livekit,
  cluster,
  perJob,
  test,
  config,
}: Names): readonly Alert[] => {
  const { limits } = config;
  const series = (metric: string, labels: Labels): string =>
    seriesOf(metric, test.livekit('a:1'), labels);
  const api = (status: string): string =>
    series('livekit_node_twirp_request_status', {
      service: 'RoomService',
      method: 'CreateRoom',
      status,
      code: '',
    });
  const webhook = (status: string): string =>
    series('livekit_webhook_dispatch_total', { status, reason: '' });
  const egress = (status: string): string =>
    seriesOf('livekit_swarm_lifecycle_egress_ended_total', test.of('exporter', 'e:1'), {
      target: 'prod',
      status,
    });
  return [
    {
      name: 'LiveKitApiErrors',
      severity: 'warning',
      expr: tooMany(
        perJob,
        'livekit_node_twirp_request_status',
        livekit,
        'status=~"5.."',
        limits.apiErrors,
      ),
      for: '5m',
      summary: 'LiveKit API requests fail.',
      description:
        '{{ $value | humanizePercentage }} of the API requests to {{ $labels.job }} failed in the server (status 5xx). Applications cannot create rooms, remove participants or start recordings.',
      dashboard: 'cluster',
      test: {
        // Requests that fail because of the application do not count.
        series: {
          [api('200')]: '0+60x20 1200+30x30',
          [api('404')]: '0+30x50',
          [api('500')]: '0x20 0+30x30',
        },
        silentAt: '20m',
        firesAt: '40m',
        fires: [
          {
            labels: test.ofJob,
            description: `33.33% of the API requests to ${test.job('livekit')} failed in the server (status 5xx). Applications cannot create rooms, remove participants or start recordings.`,
          },
        ],
      },
    },
    {
      name: 'LiveKitWebhooksFailing',
      severity: 'warning',
      expr: tooMany(
        perJob,
        'livekit_webhook_dispatch_total',
        livekit,
        'status!="success"',
        limits.webhookErrors,
      ),
      for: '5m',
      summary: 'Webhooks do not arrive.',
      description:
        '{{ $value | humanizePercentage }} of the webhooks of {{ $labels.job }} were not delivered, or dropped. What applications know of rooms and participants is wrong.',
      dashboard: 'rooms',
      test: {
        series: {
          [webhook('success')]: '0+40x20 800+20x30',
          // Two webhooks of the last hour failed before.
          [webhook('failure')]: '2x20 2+10x30',
          [webhook('drop')]: '0x20 0+10x30',
        },
        silentAt: '20m',
        firesAt: '40m',
        fires: [
          {
            labels: test.ofJob,
            description: `50% of the webhooks of ${test.job('livekit')} were not delivered, or dropped. What applications know of rooms and participants is wrong.`,
          },
        ],
      },
    },
    {
      name: 'LiveKitEgressFailing',
      severity: 'warning',
      // A recording cannot be repeated: every failure counts.
      expr: `sum by (${cluster}, target) (increase(livekit_swarm_lifecycle_egress_ended_total{status=~"failed|aborted"}[15m])) > 0`,
      for: '0s',
      summary: 'Recordings or streams fail.',
      description:
        'Egresses of {{ $labels.target }} ended as failed or aborted within 15 minutes: about {{ $value | humanize }}.',
      dashboard: 'rooms',
      test: {
        series: {
          [egress('complete')]: '0+1x40',
          [egress('limit_reached')]: '0+1x40',
          [egress('failed')]: '4x20 4+1x20',
          [egress('aborted')]: '0x40',
        },
        silentAt: '20m',
        firesAt: '38m',
        fires: [
          {
            labels: { [cluster]: test.ofJob[cluster] ?? '', target: 'prod' },
            description: 'Egresses of prod ended as failed or aborted within 15 minutes: about 15.',
          },
        ],
      },
    },
  ];
};
