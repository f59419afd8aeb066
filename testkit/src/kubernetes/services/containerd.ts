import { join } from 'node:path';
import type { ServiceSpec } from '@livekit-swarm/lab';
import { plainEnvironment, requireProgram } from '@livekit-swarm/lab';
import { cniConfig } from '../pod-network.ts';
import { IMMEDIATE_STOP } from './end-at-once.ts';
import type { ServicePlace } from './service-place.ts';

/** Folder of the CNI plugins in Debian. */
export const CNI_PLUGINS = '/usr/lib/cni';

/**
 * Snapshotter that copies instead of stacking layers: slower, but it works on every filesystem,
 * including /tmp in memory.
 */
export const SNAPSHOTTER = 'native';

/** Container runtime, separate from any other one of the host. */
export const containerd = async ({
  paths,
  network,
  pauseImage,
}: ServicePlace): Promise<ServiceSpec> => {
  const configFile = join(paths.etc, 'containerd.toml');
  const cniFolder = join(paths.etc, 'cni');
  const text = JSON.stringify;
  const config = `version = 2
root = ${text(join(paths.data, 'containerd'))}
state = ${text(join(paths.data, 'containerd-state'))}
disabled_plugins = ["io.containerd.internal.v1.restart", "io.containerd.tracing.processor.v1.otlp"]

[grpc]
  address = ${text(paths.containerdSocket)}

[plugins."io.containerd.internal.v1.opt"]
  path = ${text(join(paths.data, 'opt'))}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${text(pauseImage)}
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  netns_mounts_under_state_dir = true
  # A machine that may not make a process less likely to be killed for memory (no CAP_SYS_RESOURCE) could start no pod otherwise.
  restrict_oom_score_adj = true

[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "${CNI_PLUGINS}"
  conf_dir = ${text(cniFolder)}

[plugins."io.containerd.grpc.v1.cri".containerd]
  snapshotter = "${SNAPSHOTTER}"
  default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
  runtime_type = "io.containerd.runc.v2"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
  Root = ${text(join(paths.data, 'runc'))}
`;
  return {
    name: 'containerd',
    command: await requireProgram(['containerd'], 'docker.io'),
    args: ['--config', configFile, '--log-level', 'warn'],
    env: plainEnvironment(),
    files: {
      [configFile]: config,
      [join(cniFolder, '10-lab.conflist')]: cniConfig(network, join(paths.data, 'cni')),
    },
    logFile: join(paths.logs, 'containerd.log'),
    ready: { path: paths.containerdSocket },
    readyWithinMs: 30_000,
    stopSteps: IMMEDIATE_STOP,
    url: `unix://${paths.containerdSocket}`,
  };
};
