import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { createClusterPorts } from '../cluster/cluster-ports.ts';
import { needProgram } from '../cluster/need-program.ts';
import { createService, type Service, type ServiceSpec } from '../cluster/service.ts';
import { withFileLock } from '../file-lock.mjs';
import type { ProcessEnd } from '../guard/protocol.ts';
import { LabError } from '../lab-error.ts';
import type { ProvideOptions } from '../provision/provide-program.ts';
import { plainEnvironment } from '../server/environment.ts';
import { identifyProcess } from '../standing/process-identity.ts';
import { createAccess, tokenFile as tokens, writeKubeconfig } from './access.ts';
import { makeCertificates } from './certificates.ts';
import { cleanUp, sweepUnlocked } from './clean-up.ts';
import { type ControlGroup, enterControlGroup, makeControlGroup, planControlGroup } from './control-group.ts';
import { missingHostFolders } from './host-folders.ts';
import { readHostSettings } from './host-settings.ts';
import { writeImageArchive } from './images/image-archive.ts';
import { pauseImage } from './images/lab-images.ts';
import { JOURNAL_LOCK, type Journal, readJournal, writeJournal } from './journal.ts';
import { expectKubernetesHere, expectNoOtherKubelet } from './needs.ts';
import { kubernetesPaths } from './paths.ts';
import { makeBridge, planPodNetwork } from './pod-network.ts';
import { provideKubernetes } from './programs.ts';
import { apiServer } from './services/api-server.ts';
import { containerd, SNAPSHOTTER } from './services/containerd.ts';
import { controllerManager } from './services/controller-manager.ts';
import { etcd } from './services/etcd.ts';
import { kubelet } from './services/kubelet.ts';
import { scheduler } from './services/scheduler.ts';
import type { ServicePlace } from './services/service-place.ts';
import { watchOver } from './watch-over.ts';

export interface KubernetesOptions extends ProvideOptions {
  /** Where everything goes; created if need be. Its logs and its kubeconfig are left there. */
  folder: string;
  /** Told of every program that ended without being asked. */
  onEnd?: (service: string, end: ProcessEnd) => void;
}

export interface KubectlOptions {
  /** Given to it on standard input. */
  input?: string;
  /** Default 60 s. */
  timeoutMs?: number;
}

/** A whole Kubernetes with one node, this machine. It ends with this process at the latest. */
export interface KubernetesCluster extends AsyncDisposable {
  readonly folder: string;
  /** File of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  readonly nodeName: string;
  /** The node's, which pods see and which this machine reaches: `10.213.7.1`. */
  readonly nodeAddress: string;
  /** In the order they were started. */
  readonly services: readonly Service[];
  /** What it writes to standard output. @throws LabError `kubectl-failed` with what it complained of */
  kubectl(args: readonly string[], options?: KubectlOptions): Promise<string>;
  /** Gives the node the images of an archive, as `docker save` writes it: pods use them with `imagePullPolicy: Never`. @throws LabError `no-image` */
  loadImage(archive: string): Promise<void>;
  /** Writes the kubeconfig of a service account, whose token is good for an hour. @returns its file @throws LabError `kubectl-failed` */
  kubeconfigOf(namespace: string, serviceAccount: string): Promise<string>;
  /** Ends everything within seconds and leaves nothing but logs. May be called again. @throws LabError `not-clean`, `mounts-left` */
  stop(): Promise<void>;
}

const NODE_NAME = 'lab-node';
const READY_MS = 90_000;

/** Of this process: the journal cannot tell a cluster that runs from one that did not come up. */
let running = false;

/**
 * Starts etcd, the API server, the controller manager, the scheduler, a containerd and a kubelet, and waits until the node is ready. What a
 * killed one left is removed first. There can be one at a time on a machine, and nothing of it is reachable from elsewhere.
 *
 * Throws a LabError: `no-kubernetes` where the machine does not allow it; what `provideKubernetes` throws; `no-program`; `in-use`;
 * `no-network`, `no-cgroups`, `not-ready`, `service-ended`. Nothing is left running then.
 */
export const startKubernetes = async (options: KubernetesOptions): Promise<KubernetesCluster> => {
  const { onEnd, onProgress = () => {}, signal } = options;
  await expectKubernetesHere();
  const programs = await provideKubernetes(options);
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  // Mounts are known by where they really are.
  const paths = kubernetesPaths(await realpath(options.folder));
  expectShortPath(paths.containerdSocket);

  const id = `swk${process.pid}`;
  const group = planControlGroup(`livekit-swarm-${id}`);
  const network = planPodNetwork(id);
  const journal = await claimMachine({ folder: paths.folder, group, bridge: network.name });
  const dismiss = watchOver();

  const services: Service[] = [];
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await Promise.all(services.map((service) => service.stop()));
      await withFileLock(JOURNAL_LOCK, () => cleanUp(journal));
      running = false;
      dismiss();
    })();
    return stopping;
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
  const run = async (
    program: string,
    args: readonly string[],
    { input = '', timeoutMs = 60_000 }: KubectlOptions,
    reason: string,
  ) => {
    const env = { ...plainEnvironment(), KUBECONFIG: paths.kubeconfig, HOME: paths.etc };
    const { failed, stdout, stderr, shortMessage } = await execa(program, args, {
      env,
      extendEnv: false,
      reject: false,
      timeout: timeoutMs,
      input,
    });
    if (!failed) return String(stdout);
    throw new LabError(reason, String(stderr).trim().slice(-2_000) || String(shortMessage), `logs are in ${paths.logs}`);
  };
  const kubectl: KubernetesCluster['kubectl'] = (args, given = {}) => run(programs.kubectl, args, given, 'kubectl-failed');
  const loadImage = async (archive: string): Promise<void> => {
    const ctr = await needProgram(['ctr'], 'docker.io');
    const place = ['--address', paths.containerdSocket, '--namespace', 'k8s.io'];
    await run(ctr, [...place, 'images', 'import', '--snapshotter', SNAPSHOTTER, archive], { timeoutMs: 120_000 }, 'no-image');
  };

  try {
    makeControlGroup(group);
    await makeBridge(network);
    const certificates = await makeCertificates(join(paths.etc, 'certificates'), network.address, NODE_NAME);
    const ports = createClusterPorts();
    const access = createAccess(NODE_NAME);
    const entrancePort = await ports.tcp();
    const entrance = { server: `https://127.0.0.1:${entrancePort}`, authority: certificates.authority.cert };
    const kubeconfigs = {
      controllerManager: join(paths.etc, 'controller-manager.kubeconfig'),
      scheduler: join(paths.etc, 'scheduler.kubeconfig'),
      kubelet: join(paths.etc, 'kubelet.kubeconfig'),
    };
    await writeKubeconfig(kubeconfigs.controllerManager, entrance, access.controllerManager.token);
    await writeKubeconfig(kubeconfigs.scheduler, entrance, access.scheduler.token);
    await writeKubeconfig(kubeconfigs.kubelet, entrance, access.kubelet.token);
    await writeKubeconfig(paths.kubeconfig, entrance, access.administrator.token);
    const tokenFile = join(paths.etc, 'tokens.csv');
    await writeFile(tokenFile, tokens(Object.values(access)), { mode: 0o600 });
    const pause = pauseImage(programs.pause);
    const place: ServicePlace = {
      paths,
      programs,
      certificates,
      network,
      kubeconfigs,
      tokenFile,
      nodeName: NODE_NAME,
      cgroupRoot: `/${group.name}`,
      pauseImage: `docker.io/${pause.tag}`,
      ports: {
        apiServer: entrancePort,
        etcd: await ports.tcp(),
        etcdPeer: await ports.tcp(),
        controllerManager: await ports.tcp(),
        scheduler: await ports.tcp(),
        kubeletHealth: await ports.tcp(),
      },
    };
    await start(await etcd(place));
    await start(await containerd(place));
    const archive = join(paths.data, 'pause.tar');
    await writeImageArchive(pause, archive);
    await loadImage(archive);
    await rm(archive);
    await start(apiServer(place));
    await until('the API server is ready', async () => (await kubectl(['get', '--raw', '/readyz'])) === 'ok', signal);
    await start(controllerManager(place));
    await start(scheduler(place));
    await start(kubelet(place));
    const ready = ['get', 'node', NODE_NAME, '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'];
    await until('the node is ready', async () => (await kubectl(ready)) === 'True', signal);
    // Pods are refused until the namespace has its account.
    await until(
      'pods can be made',
      async () => (await kubectl(['get', 'serviceaccount', 'default', '-o', 'name'])) !== '',
      signal,
    );
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
        const token = (await kubectl(['create', 'token', serviceAccount, '-n', namespace, '--duration=1h'])).trim();
        const file = join(paths.etc, `${namespace}-${serviceAccount}.kubeconfig`);
        await writeKubeconfig(file, entrance, token);
        return file;
      },
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Writes the journal: from here on, whatever is made is also removed. */
const claimMachine = ({ folder, group, bridge }: { folder: string; group: ControlGroup; bridge: string }): Promise<Journal> =>
  withFileLock(JOURNAL_LOCK, async () => {
    await sweepUnlocked(!running);
    expectNoOtherKubelet();
    const owner = identifyProcess(process.pid);
    if (owner === null) throw new LabError('no-kubernetes', 'this process cannot see itself', 'is /proc mounted?');
    await writeJournal({
      owner,
      folder,
      controlGroups: group.folders,
      bridge,
      hostSettings: readHostSettings(),
      madeFolders: missingHostFolders(),
    });
    const journal = await readJournal();
    if (journal === null) throw new LabError('no-kubernetes', 'the journal cannot be read again', 'is /run writable?');
    running = true;
    return journal;
  });

/** A Unix socket's path has 108 bytes at most (unix(7)), and the kubelet's own are deeper. */
const expectShortPath = (path: string): void => {
  if (Buffer.byteLength(path) > 80)
    throw new LabError(
      'bad-folder',
      `${path} is too long for a Unix socket`,
      'give a folder with a shorter path, such as one in /tmp',
    );
};

/** Errors on the way count as "not yet". @throws LabError `not-ready` with the last of them */
const until = async (what: string, holds: () => Promise<boolean>, signal: AbortSignal | undefined): Promise<void> => {
  const deadline = performance.now() + READY_MS;
  let last = '';
  while (performance.now() < deadline) {
    signal?.throwIfAborted();
    try {
      if (await holds()) return;
      last = '';
    } catch (error) {
      last = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    await sleep(250);
  }
  throw new LabError('not-ready', `not within ${READY_MS / 1_000} s: ${what}${last}`, 'look into the logs of its programs');
};
