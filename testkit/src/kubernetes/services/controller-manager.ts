import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment } from '@livekit-swarm/lab';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

export const controllerManager = ({
  paths,
  ports,
  programs,
  certificates,
  kubeconfigs,
}: ServicePlace): ServiceSpec => ({
  name: 'kube-controller-manager',
  command: programs['kube-controller-manager'],
  args: [
    `--kubeconfig=${kubeconfigs.controllerManager}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.controllerManager}`,
    `--cert-dir=${join(paths.data, 'controller-manager')}`,
    `--flex-volume-plugin-dir=${join(paths.data, 'volume-plugins')}`,
    '--leader-elect=false',
    // An autoscaler decides every 15 s otherwise: as long as the calls of a test.
    '--horizontal-pod-autoscaler-sync-period=2s',
    '--use-service-account-credentials=true',
    `--service-account-private-key-file=${certificates.serviceAccounts.key}`,
    `--root-ca-file=${certificates.authority.cert}`,
  ],
  env: plainEnvironment(),
  files: {},
  logFile: join(paths.logs, 'kube-controller-manager.log'),
  ready: { host: '127.0.0.1', port: ports.controllerManager },
  readyWithinMs: 60_000,
  stopSteps: IMMEDIATE_STOP,
  url: `https://127.0.0.1:${ports.controllerManager}`,
});
