import type { Alert } from '../rule.ts';
import { JOBS } from '../settings.ts';

/** State of the monitoring itself: scrape targets and exporters. */
export const MONITORING_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitTargetMissing',
    severity: 'critical',
    expr: `absent(up{job="${JOBS.livekit}"})`,
    for: '5m',
    summary: 'Prometheus has no LiveKit target.',
    description:
      'No target has the job {{ $labels.job }}: service discovery is broken or the job name differs. All other alerts cannot fire.',
    dashboard: 'cluster',
    test: {
      series: { 'up{job="livekit", instance="a:1"}': '1x5 _x30' },
      silentAt: '5m',
      firesAt: '20m',
      fires: [
        {
          labels: { job: 'livekit' },
          description:
            'No target has the job livekit: service discovery is broken or the job name differs. All other alerts cannot fire.',
        },
      ],
    },
  },
  {
    name: 'LiveKitDependencyExporterDown',
    severity: 'warning',
    expr: `up{job=~"${JOBS.node}|${JOBS.redis}"} == 0`,
    for: '5m',
    summary: 'node_exporter or redis_exporter is down.',
    description: `{{ $labels.instance }} ({{ $labels.job }}) is down. {{ if eq $labels.job "${JOBS.redis}" }}Redis{{ else }}CPU and memory{{ end }} alerts cannot fire.`,
    dashboard: 'infrastructure',
    test: {
      series: {
        'up{job="node", instance="m:9100"}': '1x5 0x30',
        'up{job="node", instance="n:9100"}': '1x35',
        'up{job="redis", instance="r:9121"}': '1x5 0x30',
        // Load tests are scraped only while they run.
        'up{job="swarm-run", instance="l:9464"}': '0x35',
      },
      silentAt: '9m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: JOBS.node, instance: 'm:9100' },
          description: 'm:9100 (node) is down. CPU and memory alerts cannot fire.',
        },
        {
          labels: { job: JOBS.redis, instance: 'r:9121' },
          description: 'r:9121 (redis) is down. Redis alerts cannot fire.',
        },
      ],
    },
  },
  {
    name: 'LiveKitExporterDown',
    severity: 'warning',
    // Fires only if an exporter was scraped in the last day: deployments without the exporter use these rules, too.
    expr: `up{job="${JOBS.exporter}"} == 0 or absent(up{job="${JOBS.exporter}"}) and on () count(present_over_time(up{job="${JOBS.exporter}"}[1d]))`,
    for: '5m',
    summary: 'livekit-swarm exporter is down.',
    description:
      'Probes, ghost rooms, webhooks and client reports are not monitored{{ if $labels.instance }} by {{ $labels.instance }}{{ end }}.',
    dashboard: 'probes',
    test: {
      series: { 'up{job="swarm-exporter", instance="e:1"}': '1x5 0x30' },
      silentAt: '6m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'swarm-exporter', instance: 'e:1' },
          description: 'Probes, ghost rooms, webhooks and client reports are not monitored by e:1.',
        },
      ],
    },
    furtherTests: [
      {
        series: { 'up{job="swarm-exporter", instance="e:1"}': '_x20 1x5 _x30' },
        silentAt: '18m',
        firesAt: '40m',
        fires: [
          {
            labels: { job: 'swarm-exporter' },
            description: 'Probes, ghost rooms, webhooks and client reports are not monitored.',
          },
        ],
      },
    ],
  },
  {
    name: 'LiveKitExporterSourceDown',
    severity: 'warning',
    expr: 'swarm_exporter_up == 0',
    for: '5m',
    summary: 'An exporter source is failing.',
    description:
      'Source {{ $labels.source }} of {{ $labels.instance }} cannot reach what it monitors.',
    dashboard: 'probes',
    test: {
      series: {
        'swarm_exporter_up{job="swarm-exporter", instance="e:1", source="lifecycle"}': '1x5 0x30',
      },
      silentAt: '6m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'swarm-exporter', instance: 'e:1', source: 'lifecycle' },
          description: 'Source lifecycle of e:1 cannot reach what it monitors.',
        },
      ],
    },
  },
];
