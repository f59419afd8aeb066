import { join } from 'node:path';
import { stringify } from 'yaml';
import { plainEnvironment } from '../../server/environment.ts';
import { requireProgram } from '../require-program.ts';
import { GRACEFUL_STOP, type ServiceSpec } from '../service-spec.ts';

export interface AlertmanagerOptions {
  dir: string;
  port: number;
  /** URL that receives the alerts (Alertmanager's webhook format); null: they are only shown. */
  webhookUrl: string | null;
}

/**
 * Describes Alertmanager, which groups and forwards the alerts of Prometheus. In a lab it sends
 * them at once, without waiting for others of the group.
 */
export const alertmanager = async ({
  dir,
  port,
  webhookUrl,
}: AlertmanagerOptions): Promise<ServiceSpec> => {
  const folder = join(dir, 'alertmanager');
  const config = {
    route: {
      receiver: 'lab',
      group_by: ['...'],
      group_wait: '0s',
      group_interval: '1s',
      repeat_interval: '1h',
      // Watchdog always fires, so that a missing notification shows a broken path.
      routes: [{ matchers: ['alertname = Watchdog'], repeat_interval: '5s' }],
    },
    receivers: [
      {
        name: 'lab',
        ...(webhookUrl === null
          ? {}
          : { webhook_configs: [{ url: webhookUrl, send_resolved: true }] }),
      },
    ],
  };
  const url = `http://127.0.0.1:${port}`;
  return {
    name: 'alertmanager',
    command: await requireProgram(
      ['alertmanager', 'prometheus-alertmanager'],
      'prometheus-alertmanager',
    ),
    args: [
      '--config.file=alertmanager.yaml',
      '--storage.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      // An empty address turns gossip off, which would listen on every interface.
      '--cluster.listen-address=',
    ],
    env: plainEnvironment(),
    files: { [join(folder, 'alertmanager.yaml')]: stringify(config) },
    ownUser: { folder, dataFolder: 'data' },
    logFile: join(dir, 'alertmanager.log'),
    ready: { url: `${url}/-/ready` },
    readyWithinMs: 20_000,
    stopSteps: GRACEFUL_STOP,
    url,
  };
};
