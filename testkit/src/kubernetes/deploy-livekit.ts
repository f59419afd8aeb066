import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ApiCredentials,
  generateCredentials,
  type ProvisionOptions,
  provisionLiveKit,
} from '@livekit-swarm/lab';
import type { KubernetesCluster } from './cluster.ts';
import { writeImageArchive } from './images/image-archive.ts';
import { liveKitImage, redisImage } from './images/lab-images.ts';

export interface DeployOptions extends ProvisionOptions {
  /** Folder with a kustomization, such as examples/kubernetes/lab. */
  overlay: string;
  /** Names in the overlay. Default: `livekit` for each. */
  namespace?: string;
  statefulSet?: string;
  secret?: string;
  /** Credentials. Default: a new pair. */
  credentials?: ApiCredentials;
}

/** LiveKit in a cluster of the lab. */
export interface LiveKitDeployment extends ApiCredentials {
  namespace: string;
  statefulSet: string;
  redisPassword: string;
}

/** Time limit for the servers and Redis to be ready, on a busy host, s. */
const READY_WITHIN_S = 200;

/**
 * Deploys LiveKit: loads images of livekit-server and Redis, made from programs of this host, makes
 * the Secret with new keys, applies the overlay, and waits until all servers are ready.
 * @throws SwarmError errors of `provisionLiveKit`; `no_image`; `kubectl_failed` when an object is
 * rejected or not ready in time
 */
export const deployLiveKit = async (
  cluster: KubernetesCluster,
  options: DeployOptions,
): Promise<LiveKitDeployment> => {
  const {
    namespace = 'livekit',
    statefulSet = 'livekit',
    secret = 'livekit',
    credentials = generateCredentials(),
  } = options;
  const { onProgress = () => {} } = options;
  const server = await provisionLiveKit(options);
  const work = await mkdtemp(join(tmpdir(), 'swarm-images-'));
  try {
    for (const image of [await liveKitImage(server), await redisImage()]) {
      const archive = join(work, 'image.tar');
      await writeImageArchive(image, archive);
      await cluster.loadImage(archive);
      onProgress(`the node has the image ${image.tag}`);
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  const redisPassword = randomBytes(24).toString('hex');
  await cluster.kubectl(['create', 'namespace', namespace]);
  // The Secret is passed on standard input, because every user of the host can read arguments.
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: secret, namespace },
    stringData: {
      keys: `${credentials.apiKey}: ${credentials.apiSecret}`,
      'redis-password': redisPassword,
    },
  };
  await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
  await cluster.kubectl(['apply', '-k', options.overlay]);
  const wait = [
    'rollout',
    'status',
    `statefulset/${statefulSet}`,
    '-n',
    namespace,
    `--timeout=${READY_WITHIN_S}s`,
  ];
  await cluster.kubectl(wait, { timeoutMs: (READY_WITHIN_S + 20) * 1_000 });
  // Servers may connect to Redis before the cluster considers it ready.
  const all = [
    'wait',
    'pods',
    '--all',
    '-n',
    namespace,
    '--for=condition=Ready',
    `--timeout=${READY_WITHIN_S}s`,
  ];
  await cluster.kubectl(all, { timeoutMs: (READY_WITHIN_S + 20) * 1_000 });
  onProgress(`LiveKit is ready in the namespace ${namespace}`);
  return { ...credentials, namespace, statefulSet, redisPassword };
};
