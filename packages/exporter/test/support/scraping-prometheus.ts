import { join } from 'node:path';
import {
  createClusterPorts,
  createService,
  GRACEFUL_STOP,
  plainEnvironment,
  type Service,
} from '@livekit-swarm/lab';

/**
 * Starts a Prometheus that scrapes. Files that its configuration names are relative to `dir`.
 * @param config text of its configuration file
 */
export const startScraping = async (dir: string, config: string): Promise<Service> => {
  const port = await createClusterPorts().tcp();
  const url = `http://127.0.0.1:${port}`;
  const configFile = join(dir, 'prometheus.yml');
  const prometheus = createService({
    name: 'prometheus',
    command: 'prometheus',
    args: [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${join(dir, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    env: plainEnvironment(),
    files: { [configFile]: config },
    logFile: join(dir, 'prometheus.log'),
    ready: { url: `${url}/-/ready` },
    readyWithinMs: 30_000,
    stopSteps: GRACEFUL_STOP,
    url,
  });
  await prometheus.start();
  return prometheus;
};
