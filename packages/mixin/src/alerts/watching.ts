import type { Alert } from '../rule.ts';
import { JOBS } from '../settings.ts';

/** Whether anybody would notice. */
export const WATCHING_ALERTS: readonly Alert[] = [
  {
    name: 'LiveKitTargetMissing',
    severity: 'critical',
    expr: `absent(up{job="${JOBS.livekit}"})`,
    for: '5m',
    summary: 'Prometheus knows no LiveKit node at all.',
    description:
      'No target has the job {{ $labels.job }}: either discovery is broken or the job has another name. All other alerts are blind.',
    dashboard: 'cluster',
    proof: {
      series: { 'up{job="livekit", instance="a:1"}': '1x5 _x30' },
      silentAt: '5m',
      firesAt: '20m',
      fires: [
        {
          labels: { job: 'livekit' },
          description:
            'No target has the job livekit: either discovery is broken or the job has another name. All other alerts are blind.',
        },
      ],
    },
  },
  {
    name: 'LiveKitCompanionDown',
    severity: 'warning',
    expr: `up{job=~"${JOBS.node}|${JOBS.redis}"} == 0`,
    for: '5m',
    summary: 'What tells of machines, or of Redis, does not answer.',
    description: `{{ $labels.instance }} (job {{ $labels.job }}) does not answer Prometheus. {{ if eq $labels.job "${JOBS.redis}" }}Whether Redis is there{{ else }}That its processors or its memory are full{{ end }} is told by nobody now.`,
    dashboard: 'infrastructure',
    proof: {
      series: {
        'up{job="node", instance="m:9100"}': '1x5 0x30',
        'up{job="node", instance="n:9100"}': '1x35',
        'up{job="redis", instance="r:9121"}': '1x5 0x30',
        // Load tests are scraped while they go on: down at all other times.
        'up{job="swarm-run", instance="l:9464"}': '0x35',
      },
      silentAt: '9m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: JOBS.node, instance: 'm:9100' },
          description:
            'm:9100 (job node) does not answer Prometheus. That its processors or its memory are full is told by nobody now.',
        },
        {
          labels: { job: JOBS.redis, instance: 'r:9121' },
          description:
            'r:9121 (job redis) does not answer Prometheus. Whether Redis is there is told by nobody now.',
        },
      ],
    },
  },
  {
    name: 'LiveKitExporterDown',
    severity: 'warning',
    // Missed by those who have one: whoever takes our rules without our exporter is left in peace.
    expr: `up{job="${JOBS.exporter}"} == 0 or absent(up{job="${JOBS.exporter}"}) and on () count(present_over_time(up{job="${JOBS.exporter}"}[1d]))`,
    for: '5m',
    summary: 'The exporter of livekit-swarm does not answer.',
    description:
      'Probes, ghosts, webhooks and what users felt are not watched{{ if $labels.instance }} by {{ $labels.instance }}{{ end }}.',
    dashboard: 'probes',
    proof: {
      series: { 'up{job="swarm-exporter", instance="e:1"}': '1x5 0x30' },
      silentAt: '6m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'swarm-exporter', instance: 'e:1' },
          description: 'Probes, ghosts, webhooks and what users felt are not watched by e:1.',
        },
      ],
    },
    furtherProofs: [
      {
        series: { 'up{job="swarm-exporter", instance="e:1"}': '_x20 1x5 _x30' },
        silentAt: '18m',
        firesAt: '40m',
        fires: [
          {
            labels: { job: 'swarm-exporter' },
            description: 'Probes, ghosts, webhooks and what users felt are not watched.',
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
    summary: 'A source of the exporter does not work.',
    description:
      'The source {{ $labels.source }} of {{ $labels.instance }} gets no answer from what it watches.',
    dashboard: 'probes',
    proof: {
      series: {
        'swarm_exporter_up{job="swarm-exporter", instance="e:1", source="lifecycle"}': '1x5 0x30',
      },
      silentAt: '6m',
      firesAt: '15m',
      fires: [
        {
          labels: { job: 'swarm-exporter', instance: 'e:1', source: 'lifecycle' },
          description: 'The source lifecycle of e:1 gets no answer from what it watches.',
        },
      ],
    },
  },
];
