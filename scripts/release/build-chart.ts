import { cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from './packages.ts';

const CHART = join(root, 'packaging', 'helm', 'livekit-swarm');

/**
 * Writes the Helm chart with the alert rules and dashboards of this checkout into
 * `dir`/livekit-swarm.
 * @returns that folder
 */
export const buildChart = async (dir: string): Promise<string> => {
  const chart = join(dir, 'livekit-swarm');
  await rm(chart, { recursive: true, force: true });
  await cp(CHART, chart, { recursive: true });
  const files = join(chart, 'files');
  await mkdir(join(files, 'dashboards'), { recursive: true });
  const rules = 'livekit-swarm.rules.yaml';
  await cp(join(root, 'alerts', rules), join(files, rules));
  for (const name of await readdir(join(root, 'dashboards')))
    if (name.endsWith('.json'))
      await cp(join(root, 'dashboards', name), join(files, 'dashboards', name));
  return chart;
};
