import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createService, type Service, type ServiceSpec } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { writeKubeconfig } from './access.ts';
import type { KubernetesCluster, KubernetesOptions } from './cluster.ts';
import { createCommands } from './commands.ts';
import { enterControlGroup, makeControlGroup, planControlGroup } from './control-group.ts';
import { writeImageArchive } from './images/image-archive.ts';
import { pauseImage } from './images/lab-images.ts';
import { lockHost } from './lock-host.ts';
import { expectKubernetesHere } from './needs.ts';
import { type KubernetesPaths, kubernetesPaths } from './paths.ts';
import { makeBridge, planPodNetwork } from './pod-network.ts';
import { provideKubernetes } from './programs.ts';
import { apiServer } from './services/api-server.ts';
import { containerd } from './services/containerd.ts';
import { controllerManager } from './services/controller-manager.ts';
import { etcd } from './services/etcd.ts';
import { kubelet } from './services/kubelet.ts';
import { scheduler } from './services/scheduler.ts';
import { NODE_NAME, setUp } from './set-up.ts';
import { until } from './until.ts';

/**
 * Starts etcd, the API server, the controller manager, the scheduler, a containerd and a kubelet,
 * and waits until the node is ready. Parts of a killed cluster are removed first. One cluster can
 * run at a time on a host, unreachable from other hosts. When it throws, no program keeps running.
 *
 * @throws SwarmError `no_kubernetes` when the host does not permit it; errors of
 * `provideKubernetes`; `no_program`; `bad_folder`; `in_use`; `no_network`, `no_cgroups`,
 * `not_ready`, `service_ended`
 */
export const startKubernetes = async (options: KubernetesOptions): Promise<KubernetesCluster> => {
  const { onEnd, onProgress = () => {}, signal } = options;
  await expectKubernetesHere();
  const programs = await provideKubernetes(options);
  const paths = await makeFolder(options.folder);
  const id = `swk${process.pid}`;
  const group = planControlGroup(`livekit-swarm-${id}`);
  const network = planPodNetwork(id);
  const claim = await lockHost(paths, group, network.name);

  const services: Service[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(services.map((service) => service.stop()));
    await claim.giveUp();
  };
  const start = async (spec: ServiceSpec): Promise<void> => {
    const [command, ...args] = enterControlGroup(group, [spec.command, ...spec.args]);
    const service = createService({ ...spec, command, args }, (end, asked) => {
      if (!asked) onEnd?.(spec.name, end);
    });
    services.push(service);
    await service.start();
    onProgress(`${spec.name} is up: ${spec.url}`);
    signal?.throwIfAborted();
  };
  const { kubectl, loadImage } = createCommands(paths, programs);

  try {
    makeControlGroup(group);
    await makeBridge(network);
    const { place, entrance } = await setUp(paths, programs, network, group);

    await start(await etcd(place));
    await start(await containerd(place));
    const archive = join(paths.data, 'pause.tar');
    await writeImageArchive(pauseImage(programs.pause), archive);
    await loadImage(archive);
    await rm(archive);
    await start(apiServer(place));
    await until(
      'the API server is ready',
      async () => (await kubectl(['get', '--raw', '/readyz'])) === 'ok',
      signal,
    );
    await start(controllerManager(place));
    await start(scheduler(place));
    await start(kubelet(place));
    const ready = [
      'get',
      'node',
      NODE_NAME,
      '-o',
      'jsonpath={.status.conditions[?(@.type=="Ready")].status}',
    ];
    await until('the node is ready', async () => (await kubectl(ready)) === 'True', signal);
    // Pods are rejected until their namespace has a service account.
    const account = ['get', 'serviceaccount', 'default', '-o', 'name'];
    await until('pods can be made', async () => (await kubectl(account)) !== '', signal);
    onProgress(`Kubernetes is ready: KUBECONFIG=${paths.kubeconfig}`);

    return {
      folder: paths.folder,
      kubeconfig: paths.kubeconfig,
      nodeName: NODE_NAME,
      nodeAddress: network.address,
      services,
      kubectl,
      loadImage,
      kubeconfigOf: async (namespace, serviceAccount) => {
        const token = (
          await kubectl(['create', 'token', serviceAccount, '-n', namespace, '--duration=1h'])
        ).trim();
        const file = join(paths.etc, `${namespace}-${serviceAccount}.kubeconfig`);
        await writeKubeconfig(file, entrance, token);
        return file;
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    // The journal lists parts that cannot be removed now; the first error is more important.
    await stop().catch(() => {});
    throw error;
  }
};

/**
 * Longest path of the folder, bytes: the path of a Unix socket has at most 108 (unix(7)), and the
 * kubelet's are deeper.
 */
const LONGEST_SOCKET = 80;

/** @throws SwarmError `bad_folder` */
const makeFolder = async (folder: string): Promise<KubernetesPaths> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Mounts are identified by their real paths.
  const paths = kubernetesPaths(await realpath(folder));
  const { containerdSocket } = paths;
  if (Buffer.byteLength(containerdSocket) > LONGEST_SOCKET)
    throw new SwarmError(
      'bad_folder',
      `${containerdSocket} is too long for a Unix socket`,
      'give a folder with a shorter path, such as one in /tmp',
    );
  return paths;
};
