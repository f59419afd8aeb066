/** Faults of the monitoring. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { SHIPPED } from '../../../src/shipped.ts';
import type { MonitoredDeployment } from './deployment.ts';
import type { FaultCase } from './fault-case.ts';
import { crashRepeatedly, kill, RESTARTS } from './nodes.ts';

export const exporterKilled: FaultCase = {
  name: 'exporter',
  description: 'the exporter is killed (SIGKILL)',
  fires: ['LiveKitExporterDown'],
  // The exporter receives the webhooks of the nodes.
  may: ['LiveKitWebhooksFailing'],
  resolves: ['LiveKitExporterDown'],
  begin: async ({ cluster }, inject) => {
    const exporter = cluster.service('exporter');
    inject();
    await kill(exporter);
    return { rollback: exporter.start };
  },
};

export const exporterLooping: FaultCase = {
  name: 'exporter-looping',
  description: `the exporter crashes and starts again, ${RESTARTS} times`,
  fires: ['LiveKitExporterRestartLoop'],
  may: ['LiveKitExporterDown', 'LiveKitWebhooksFailing'],
  resolves: ['LiveKitExporterRestartLoop'],
  begin: async (deployment, inject) => {
    const { exporter: job } = SHIPPED.config.jobs;
    inject();
    await crashRepeatedly(deployment, deployment.cluster.service('exporter'), `job="${job}"`);
    return { rollback: async () => {} };
  },
};

export const exporterMisconfigured: FaultCase = {
  name: 'exporter-configuration',
  description: 'the exporter reads a configuration with a mistake again (SIGHUP)',
  fires: ['LiveKitExporterReloadFailed'],
  may: [],
  resolves: ['LiveKitExporterReloadFailed'],
  begin: async ({ cluster, dir }, inject) => {
    const exporter = cluster.service('exporter');
    const file = join(dir, 'exporter.yaml');
    const whole = await readFile(file, 'utf8');
    await writeFile(file, `${whole}\nprobs: {}\n`);
    inject();
    exporter.signal('SIGHUP');
    return {
      about: { LiveKitExporterReloadFailed: { file: 'config' } },
      rollback: async () => {
        await writeFile(file, whole);
        exporter.signal('SIGHUP');
      },
    };
  },
};

export const dependencyExportersKilled: FaultCase = {
  name: 'dependency-exporters',
  description: 'node_exporter and redis_exporter are killed (SIGKILL)',
  fires: ['LiveKitDependencyExporterDown'],
  may: [],
  resolves: ['LiveKitDependencyExporterDown'],
  begin: async ({ cluster }, inject) => {
    const exporters = ['node-exporter', 'redis-exporter'].map((name) => cluster.service(name));
    inject();
    await Promise.all(exporters.map(kill));
    return {
      rollback: async () => {
        await Promise.all(exporters.map((exporter) => exporter.start()));
      },
    };
  },
};

export const alertmanagerKilled: FaultCase = {
  name: 'alertmanager',
  description: 'Alertmanager is killed (SIGKILL): no alert arrives',
  fires: [],
  may: [],
  resolves: [],
  stops: ['Watchdog'],
  // Notifications of other alerts would be lost meanwhile.
  reloads: true,
  begin: async ({ cluster }, inject) => {
    const alertmanager = cluster.service('alertmanager');
    inject();
    await kill(alertmanager);
    return { rollback: alertmanager.start };
  },
};

export const jobEmptied: FaultCase = {
  name: 'job',
  description: 'service discovery finds no node: the scrape job is empty',
  fires: ['LiveKitTargetMissing'],
  may: [],
  resolves: ['LiveKitTargetMissing'],
  reloads: true,
  begin: async (deployment, inject) => {
    const file = join(deployment.dir, 'prometheus', 'prometheus.yaml');
    const whole = await readFile(file, 'utf8');
    const config = parse(whole) as {
      scrape_configs: { job_name: string; static_configs: object[] }[];
    };
    const emptied = config.scrape_configs.map((job) =>
      job.job_name === SHIPPED.config.jobs.livekit ? { ...job, static_configs: [] } : job,
    );
    inject();
    await load(deployment, file, stringify({ ...config, scrape_configs: emptied }));
    return { rollback: () => load(deployment, file, whole) };
  },
};

const load = async (
  { cluster }: MonitoredDeployment,
  file: string,
  config: string,
): Promise<void> => {
  const before = await loadedAt(cluster.prometheusUrl);
  await writeFile(file, config);
  cluster.service('prometheus').signal('SIGHUP');
  const deadline = performance.now() + LOADED_WITHIN_MS;
  while ((await loadedAt(cluster.prometheusUrl)) === before) {
    if (performance.now() > deadline) throw new Error('Prometheus rejected the configuration');
    await sleep(50);
  }
};

const LOADED_WITHIN_MS = 10_000;

/** Time at which Prometheus last loaded a valid configuration; undefined: never. */
const loadedAt = async (url: string | null): Promise<string | undefined> => {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return /^prometheus_config_last_reload_success_timestamp_seconds (\S+)$/m.exec(metrics)?.[1];
};
