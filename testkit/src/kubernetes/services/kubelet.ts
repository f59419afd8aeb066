import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment } from '@livekit-swarm/lab';
import { stringify } from 'yaml';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

/** The only node of the cluster: this host. */
export const kubelet = ({
  paths,
  ports,
  programs,
  certificates,
  network,
  nodeName,
  kubeconfigs,
  cgroupRoot,
}: ServicePlace): ServiceSpec => {
  const configFile = join(paths.etc, 'kubelet.yaml');
  const config = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.address,
    readOnlyPort: 0,
    healthzBindAddress: '127.0.0.1',
    healthzPort: ports.kubeletHealth,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificates.authority.cert },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificates.kubelet.cert,
    tlsPrivateKeyFile: certificates.kubelet.key,
    containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
    podLogsDir: paths.podLogs,
    volumePluginDir: join(paths.data, 'volume-plugins'),
    // Groups of containers are below that of the cluster, where they are found after all other
    // processes were killed.
    cgroupDriver: 'cgroupfs',
    cgroupRoot,
    cgroupsPerQOS: true,
    enforceNodeAllocatable: [],
    failCgroupV1: false,
    failSwapOn: false,
    // The host is shared: no firewall rules, and no eviction of pods because of a full disk.
    makeIPTablesUtilChains: false,
    evictionHard: {
      'memory.available': '0%',
      'nodefs.available': '0%',
      'imagefs.available': '0%',
      'nodefs.inodesFree': '0%',
    },
    imageGCHighThresholdPercent: 100,
    oomScoreAdj: 0,
    maxOpenFiles: 10_000,
  };
  return {
    name: 'kubelet',
    command: programs.kubelet,
    args: [
      `--config=${configFile}`,
      `--kubeconfig=${kubeconfigs.kubelet}`,
      `--root-dir=${join(paths.data, 'kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${network.address}`,
    ],
    env: plainEnvironment(),
    files: { [configFile]: stringify(config) },
    logFile: join(paths.logs, 'kubelet.log'),
    ready: { url: `http://127.0.0.1:${ports.kubeletHealth}/healthz` },
    readyWithinMs: 60_000,
    stopSteps: IMMEDIATE_STOP,
    url: `https://${network.address}:10250`,
  };
};
