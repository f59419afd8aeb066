import { type Labels, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/** Alerts on the path from users to a node: load balancer, Redis, certificates. */
export const entryAlerts = (names: Names): readonly Alert[] => [
  ...loadBalancerAlerts(names),
  redisAlert(names),
  certificateAlert(names),
];

const loadBalancerAlerts = ({ haproxy, loadBalancer, config, test, lasting }: Names): Alert[] => {
  if (loadBalancer === null || haproxy === null) return [];
  const backend = { ...test.of('haproxy', 'lb:1'), proxy: config.loadBalancer.backend };
  return [
    {
      name: 'LiveKitNoHealthyBackend',
      severity: 'critical',
      expr: `haproxy_backend_active_servers{${loadBalancer}} == 0`,
      for: lasting(60),
      summary: 'No healthy LiveKit backend: no user can join.',
      description:
        'No node behind {{ $labels.instance }} passes its health check. Established sessions may continue; new joins fail.',
      dashboard: 'infrastructure',
      test: {
        series: { [seriesOf('haproxy_backend_active_servers', backend)]: '3x5 0x20' },
        silentAt: '5m',
        firesAt: '10m',
        fires: [
          {
            labels: backend,
            description:
              'No node behind lb:1 passes its health check. Established sessions may continue; new joins fail.',
          },
        ],
      },
    },
    {
      name: 'LiveKitLoadBalancerDown',
      // Only the metrics port may be down: failing probes through the load balancer page.
      severity: 'warning',
      // A load balancer that is down exports no metrics, so only `up` shows it.
      expr: `up{${haproxy}} == 0`,
      for: lasting(60),
      summary: 'Load balancer is down.',
      description:
        '{{ $labels.instance }} does not answer scrapes. If the process is down, new joins through it fail and its signal connections are closed.',
      dashboard: 'infrastructure',
      test: {
        series: {
          [seriesOf('up', test.of('haproxy', 'lb:1'))]: '1x5 0x20',
          [seriesOf('up', test.of('haproxy', 'lb:2'))]: '1x25',
        },
        silentAt: '5m',
        firesAt: '10m',
        fires: [
          {
            labels: test.of('haproxy', 'lb:1'),
            description:
              'lb:1 does not answer scrapes. If the process is down, new joins through it fail and its signal connections are closed.',
          },
        ],
      },
    },
  ];
};

const redisAlert = ({ cluster, redis, loadBalancer, config, test, lasting }: Names): Alert => {
  /** Keeps the labels of `count by`. */
  const clusterAndJob = ({ [cluster]: of = '', job = '' }: Labels): Labels => ({
    [cluster]: of,
    job,
  });
  const down = `count by (${cluster}, job) (redis_up{${redis}} == 0) > 0`;
  const byExporter = {
    series: { [seriesOf('redis_up', test.of('redis', 'r:1'))]: '1x5 0x20' },
    silentAt: '5m',
    firesAt: '10m',
    fires: [
      {
        labels: clusterAndJob(test.of('redis', 'r:1')),
        description: `${test.job('redis')} shows 1 node without Redis, or Redis that does not answer. Nodes without Redis answer 406 and accept no joins; rooms may split.`,
      },
    ],
  };
  const server = (name: string): string =>
    seriesOf('haproxy_server_check_code', test.of('haproxy', 'lb:1'), {
      proxy: config.loadBalancer.backend,
      server: name,
    });
  return {
    name: 'LiveKitRedisUnreachable',
    severity: 'critical',
    // A node that cannot reach Redis answers 406; up and redis_up alone would not show a partition.
    expr:
      loadBalancer === null
        ? down
        : `count by (${cluster}, job, proxy) (haproxy_server_check_code{${loadBalancer}} == 406) > 0\nor\n${down}`,
    for: lasting(60),
    summary: 'LiveKit nodes cannot reach Redis.',
    description:
      '{{ $labels.job }} shows {{ $value }} node{{ if gt $value 1.0 }}s{{ end }} without Redis, or Redis that does not answer. Nodes without Redis answer 406 and accept no joins; rooms may split.',
    dashboard: 'infrastructure',
    test: byExporter,
    furtherTests:
      loadBalancer === null
        ? []
        : [
            {
              series: {
                [server('node-1')]: '200x5 406x20',
                [server('node-2')]: '200x5 406x20',
                [seriesOf('redis_up', test.of('redis', 'r:1'))]: '1x25',
              },
              silentAt: '5m',
              firesAt: '10m',
              fires: [
                {
                  labels: {
                    ...clusterAndJob(test.of('haproxy', 'lb:1')),
                    proxy: config.loadBalancer.backend,
                  },
                  description: `${test.job('haproxy')} shows 2 nodes without Redis, or Redis that does not answer. Nodes without Redis answer 406 and accept no joins; rooms may split.`,
                },
              ],
            },
          ],
  };
};

const DAY = 86_400;

/** Alert on certificates of the targets of blackbox_exporter: the load balancer, TURN over TLS. */
const certificateAlert = ({ blackbox, test, config: { limits } }: Names): Alert => {
  const days = limits.certificateDays;
  const target = test.of('blackbox', 'https://livekit.example.com');
  return {
    name: 'LiveKitCertificateExpires',
    severity: 'warning',
    expr: `probe_ssl_earliest_cert_expiry{${blackbox}} - time() < ${days} * ${DAY}`,
    for: '15m',
    summary: 'A certificate expires soon.',
    description:
      'The certificate of {{ $labels.instance }} expires in {{ $value | humanizeDuration }}. After that, no browser connects.',
    dashboard: 'infrastructure',
    test: {
      series: {
        [seriesOf('probe_ssl_earliest_cert_expiry', target)]: `${90 * DAY}x10 ${days * DAY}x60`,
        [seriesOf('probe_ssl_earliest_cert_expiry', {
          job: 'other',
          instance: 'https://example.com',
        })]: '0x70',
      },
      silentAt: '10m',
      firesAt: '30m',
      fires: [
        {
          labels: target,
          description: `The certificate of https://livekit.example.com expires in ${days - 1}d 23h 30m 0s. After that, no browser connects.`,
        },
      ],
    },
  };
};
