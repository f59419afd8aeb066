import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment } from '@livekit-swarm/lab';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

export const scheduler = ({ paths, ports, programs, kubeconfigs }: ServicePlace): ServiceSpec => ({
  name: 'kube-scheduler',
  command: programs['kube-scheduler'],
  args: [
    `--kubeconfig=${kubeconfigs.scheduler}`,
    `--authentication-kubeconfig=${kubeconfigs.scheduler}`,
    `--authorization-kubeconfig=${kubeconfigs.scheduler}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.scheduler}`,
    `--cert-dir=${join(paths.data, 'scheduler')}`,
    '--leader-elect=false',
  ],
  env: plainEnvironment(),
  files: {},
  logFile: join(paths.logs, 'kube-scheduler.log'),
  ready: { host: '127.0.0.1', port: ports.scheduler },
  readyWithinMs: 60_000,
  stopSteps: IMMEDIATE_STOP,
  url: `https://127.0.0.1:${ports.scheduler}`,
});
