/** Faults of those who watch. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { JOBS } from '../../../src/settings.ts';
import type { Act } from './act.ts';
import type { Watched } from './deployment.ts';
import { kill } from './nodes.ts';

export const exporterKilled: Act = {
  name: 'exporter',
  fault: 'the exporter is killed (SIGKILL)',
  fires: ['LiveKitExporterDown'],
  may: [],
  resolves: ['LiveKitExporterDown'],
  begin: async ({ cluster }, strike) => {
    const exporter = cluster.service('exporter');
    strike();
    await kill(exporter);
    return { heal: exporter.start };
  },
};

export const companionsKilled: Act = {
  name: 'companions',
  fault: 'the exporters of the machine and of Redis are killed (SIGKILL)',
  fires: ['LiveKitDependencyExporterDown'],
  may: [],
  resolves: ['LiveKitDependencyExporterDown'],
  begin: async ({ cluster }, strike) => {
    const companions = ['node-exporter', 'redis-exporter'].map((name) => cluster.service(name));
    strike();
    await Promise.all(companions.map(kill));
    return {
      heal: async () => {
        await Promise.all(companions.map((companion) => companion.start()));
      },
    };
  },
};

export const jobEmptied: Act = {
  name: 'job',
  fault: 'discovery finds no node any more: the scrape job is there, and empty',
  fires: ['LiveKitTargetMissing'],
  may: [],
  resolves: ['LiveKitTargetMissing'],
  reloads: true,
  begin: async (watched, strike) => {
    const file = join(watched.dir, 'prometheus.yaml');
    const whole = await readFile(file, 'utf8');
    const config = parse(whole) as {
      scrape_configs: { job_name: string; static_configs: object[] }[];
    };
    const emptied = config.scrape_configs.map((job) =>
      job.job_name === JOBS.livekit ? { ...job, static_configs: [] } : job,
    );
    strike();
    await load(watched, file, stringify({ ...config, scrape_configs: emptied }));
    return { heal: () => load(watched, file, whole) };
  },
};

const load = async ({ cluster }: Watched, file: string, config: string): Promise<void> => {
  await writeFile(file, config);
  const { status } = await fetch(`${cluster.prometheusUrl}/-/reload`, { method: 'POST' });
  if (status !== 200) throw new Error(`Prometheus does not take the configuration: ${status}`);
};
