import { fixedLabels } from '../config/job-selector.ts';
import { type JobKey, type Names, seriesOf } from '../config/names.ts';
import type { Alert } from '../rule.ts';

/** Time since the last scrape within which an absent exporter fires the alert: PromQL duration. */
const EXPECTED = '30d';

/** Alerts on the monitoring itself: scrape targets, exporters, delivery of alerts. */
export const monitoringAlerts = ({
  livekit,
  hosts,
  redis,
  exporter,
  config: { jobs, watchdog },
  test,
}: Names): readonly Alert[] => {
  const up = (job: JobKey, instance: string): string => seriesOf('up', test.of(job, instance));
  const source = { ...test.of('exporter', 'e:1'), source: 'lifecycle' };
  const ofFile = (file: string) => ({ ...test.of('exporter', 'e:1'), file });
  const reloaded = (file: string): string =>
    seriesOf('livekit_swarm_exporter_config_last_reload_successful', ofFile(file));
  const missing = `No target matches {${livekit}}: most likely its labels differ from those in mixin.yaml, it has no port for metrics, or service discovery is broken. No alert on nodes, joins and media can fire.`;
  return [
    {
      name: 'LiveKitTargetMissing',
      severity: 'critical',
      expr: `absent(up{${livekit}})`,
      for: '10m',
      summary: 'Prometheus has no LiveKit target.',
      description: missing,
      dashboard: 'cluster',
      test: {
        series: { [seriesOf('up', test.livekit('a:1'))]: '1x5 _x40' },
        silentAt: '9m',
        firesAt: '25m',
        fires: [
          {
            labels: fixedLabels(jobs.livekit),
            description: missing,
          },
        ],
      },
    },
    {
      name: 'LiveKitDependencyExporterDown',
      severity: 'warning',
      expr: `up{${hosts}} == 0 or up{${redis}} == 0`,
      for: '5m',
      summary: 'node_exporter or redis_exporter is down.',
      description:
        '{{ $labels.instance }} ({{ $labels.job }}) is down. Alerts on what it exports, hosts or Redis, cannot fire.',
      dashboard: 'infrastructure',
      test: {
        series: {
          [up('node', 'm:9100')]: '1x5 0x30',
          [up('node', 'n:9100')]: '1x35',
          [up('redis', 'r:9121')]: '1x5 0x30',
          // Load tests are scraped only while they run.
          [seriesOf('up', { job: 'swarm-run', instance: 'l:9464' })]: '0x35',
        },
        silentAt: '9m',
        firesAt: '15m',
        fires: [
          {
            labels: test.of('node', 'm:9100'),
            description: `m:9100 (${test.job('node')}) is down. Alerts on what it exports, hosts or Redis, cannot fire.`,
          },
          {
            labels: test.of('redis', 'r:9121'),
            description: `r:9121 (${test.job('redis')}) is down. Alerts on what it exports, hosts or Redis, cannot fire.`,
          },
        ],
      },
    },
    {
      name: 'LiveKitExporterDown',
      severity: 'warning',
      // Deployments without the exporter use these rules as well: the exporter is expected if
      // Prometheus scraped it within this time, or within its retention if that is shorter.
      expr: `up{${exporter}} == 0 or absent(up{${exporter}}) and on () count(present_over_time(up{${exporter}}[${EXPECTED}]))`,
      for: '5m',
      summary: 'livekit-swarm exporter is down.',
      description:
        'Probes, ghost rooms, webhooks and client reports are not monitored{{ if $labels.instance }} by {{ $labels.instance }}{{ end }}.',
      dashboard: 'probes',
      test: {
        series: { [up('exporter', 'e:1')]: '1x5 0x30' },
        silentAt: '6m',
        firesAt: '15m',
        fires: [
          {
            labels: test.of('exporter', 'e:1'),
            description:
              'Probes, ghost rooms, webhooks and client reports are not monitored by e:1.',
          },
        ],
      },
      furtherTests: [
        {
          series: { [up('exporter', 'e:1')]: '_x20 1x5 _x30' },
          silentAt: '18m',
          firesAt: '40m',
          fires: [
            {
              labels: fixedLabels(jobs.exporter),
              description: 'Probes, ghost rooms, webhooks and client reports are not monitored.',
            },
          ],
        },
        {
          // The alert does not end before Prometheus scrapes an exporter again.
          interval: '5m',
          series: { [up('exporter', 'e:1')]: '1x5 _x1200' },
          silentAt: '20m',
          firesAt: '96h',
          fires: [
            {
              labels: fixedLabels(jobs.exporter),
              description: 'Probes, ghost rooms, webhooks and client reports are not monitored.',
            },
          ],
        },
      ],
    },
    {
      name: 'LiveKitExporterSourceDown',
      severity: 'warning',
      expr: 'livekit_swarm_exporter_up == 0',
      for: '5m',
      summary: 'An exporter source is failing.',
      description:
        'Source {{ $labels.source }} of {{ $labels.instance }} cannot reach what it monitors.',
      dashboard: 'probes',
      test: {
        series: { [seriesOf('livekit_swarm_exporter_up', source)]: '1x5 0x30' },
        silentAt: '6m',
        firesAt: '15m',
        fires: [
          {
            labels: source,
            description: 'Source lifecycle of e:1 cannot reach what it monitors.',
          },
        ],
      },
    },
    {
      name: 'LiveKitExporterReloadFailed',
      severity: 'warning',
      expr: 'livekit_swarm_exporter_config_last_reload_successful == 0',
      for: '5m',
      summary: 'The exporter works with an old configuration.',
      description:
        'The last reload of {{ $labels.instance }} failed (file: {{ $labels.file }}). It keeps the configuration before, and may not start with the new one.',
      dashboard: 'probes',
      test: {
        // A mistake that is corrected within minutes does not fire.
        series: { [reloaded('config')]: '1x5 0x3 1x10 0x20', [reloaded('web')]: '1x40' },
        silentAt: '9m',
        firesAt: '30m',
        fires: [
          {
            labels: ofFile('config'),
            description:
              'The last reload of e:1 failed (file: config). It keeps the configuration before, and may not start with the new one.',
          },
        ],
      },
    },
    {
      name: 'LiveKitExporterRestartLoop',
      severity: 'warning',
      expr: `changes(process_start_time_seconds{${exporter}}[15m]) >= 3`,
      for: '0s',
      summary: 'The exporter restarts repeatedly.',
      description:
        '{{ $labels.instance }} restarted {{ $value }} times within 15 minutes. Probes, webhooks and client reports have gaps.',
      dashboard: 'probes',
      test: {
        series: {
          [seriesOf('process_start_time_seconds', test.of('exporter', 'e:1'))]:
            '100x5 200x1 300x1 400x20',
          // An update restarts it once.
          [seriesOf('process_start_time_seconds', test.of('exporter', 'f:1'))]: '100x5 200x25',
        },
        silentAt: '8m',
        firesAt: '12m',
        fires: [
          {
            labels: test.of('exporter', 'e:1'),
            description:
              'e:1 restarted 3 times within 15 minutes. Probes, webhooks and client reports have gaps.',
          },
        ],
      },
    },
    ...(watchdog ? [WATCHDOG] : []),
  ];
};

/** Alert that always fires. Its name is that of kube-prometheus, for which receivers exist. */
const WATCHDOG: Alert = {
  name: 'Watchdog',
  severity: 'none',
  expr: 'vector(1)',
  for: '0s',
  summary: 'Alerts arrive.',
  description:
    'This alert fires always. Send it to something that pages when it stops: Prometheus or Alertmanager is down then.',
  dashboard: 'cluster',
  test: {
    series: { [seriesOf('up', { job: 'prometheus' })]: '1x5' },
    silentAt: null,
    firesAt: '1m',
    fires: [
      {
        labels: {},
        description:
          'This alert fires always. Send it to something that pages when it stops: Prometheus or Alertmanager is down then.',
      },
    ],
  },
};
