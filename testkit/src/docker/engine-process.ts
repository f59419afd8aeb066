import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GuardedProcess, spawnGuarded } from '@livekit-swarm/host';
import { plainEnvironment } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';

export interface EnginePrograms {
  unshare: string;
  dockerd: string;
  nsenter: string;
}

export interface RunningEngine {
  socketPath: string;
  version: string;
  logFile: string;
  /** Below which all its control groups are. */
  cgroup: string;
  inNetwork: readonly string[];
  /** Kills it with everything in it, and resolves when that is gone. */
  end(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 10_000;
const POLL_MS = 50;

/**
 * Script of the first process of the engine's namespaces. It stays, to reap orphans of containers. Some
 * folders of dockerd and containerd are fixed: there they find empty mounts that end with the namespace.
 */
const FIRST_PROCESS = `
set -e
for folder in /run/docker /run/containerd; do mkdir -p "$folder" && mount -t tmpfs tmpfs "$folder"; done
[ "$1" = host ] || ip link set lo up
shift
"$@" &
wait $!
`;

/**
 * Starts dockerd in namespaces of its own. Its mounts are invisible to other processes, and when its first
 * process dies the kernel kills containerd, shims and containers and removes the mounts: nothing can be
 * left behind, however this ends.
 *
 * @param dir for all it writes; its control groups are named after it
 * @throws SwarmError `no_docker` when it does not come up
 */
export const runEngine = async (
  dir: string,
  network: 'own' | 'host',
  programs: EnginePrograms,
): Promise<RunningEngine> => {
  const socketPath = join(dir, 'docker.sock');
  const logFile = join(dir, 'dockerd.log');
  const cgroup = basename(dir);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await writeFile(logFile, '', { mode: 0o600 });
  // The user's own settings (/etc/docker/daemon.json) have no say here.
  await writeFile(join(dir, 'daemon.json'), '{}');
  const dockerd = [
    programs.dockerd,
    `--config-file=${join(dir, 'daemon.json')}`,
    `--data-root=${join(dir, 'data')}`,
    `--exec-root=${join(dir, 'exec')}`,
    `--pidfile=${join(dir, 'dockerd.pid')}`,
    `--host=unix://${socketPath}`,
    // No bridge and no firewall rules: containers are in the engine's network, or make one.
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    `--cgroup-parent=/${cgroup}`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
    // A lower score than its own needs CAP_SYS_RESOURCE, which not every host gives.
    '--oom-score-adjust=0',
    '--log-level=warn',
  ];
  const namespaces = [
    '--fork',
    '--kill-child',
    '--pid',
    '--mount',
    '--mount-proc',
    ...(network === 'own' ? ['--net'] : []),
  ];
  const process = await spawnGuarded({
    command: programs.unshare,
    args: [...namespaces, '--', 'sh', '-c', FIRST_PROCESS, 'sh', network, ...dockerd],
    env: { ...plainEnvironment(), PATH: pathWithSystemFolders() },
    logFile,
  });
  let ended = false;
  void process.exited.then(() => {
    ended = true;
  });
  let first: number | null = null;
  const end = async (): Promise<void> => {
    process.signal('SIGKILL');
    const deadline = performance.now() + GONE_WITHIN_MS;
    // The first process is gone when everything in its namespaces is.
    const gone = (): boolean => ended && (first === null || !existsSync(`/proc/${first}`));
    while (!gone() && performance.now() < deadline) await sleep(POLL_MS);
  };

  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && !ended) {
    first ??= await childOf(process);
    const version = await versionAt(socketPath);
    if (version !== null && first !== null) {
      const inNetwork =
        network === 'own' ? [programs.nsenter, '--target', `${first}`, '--net', '--'] : [];
      return { socketPath, version, logFile, cgroup, inNetwork, end };
    }
    await sleep(POLL_MS);
  }
  const said = (await readFile(logFile, 'utf8'))
    .trim()
    .split('\n')
    .slice(-2)
    .join(' / ')
    .slice(-600);
  await end();
  const how = ended ? 'ended at once' : `did not answer within ${READY_WITHIN_MS / 1_000} s`;
  throw new SwarmError(
    'no_docker',
    `dockerd ${how}: ${said}`,
    'a Docker engine needs root, overlay file systems and control groups',
  );
};

const childOf = async ({ pid }: GuardedProcess): Promise<number | null> => {
  const children = (
    await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  ).trim();
  return children === '' ? null : Number(children.split(' ')[0]);
};

/** Null until it answers. */
const versionAt = (socketPath: string): Promise<string | null> =>
  new Promise((resolve) => {
    const asked = request({ socketPath, path: '/version', timeout: 2_000 }, async (response) => {
      try {
        const body = JSON.parse(Buffer.concat(await response.toArray()).toString()) as {
          Version?: string;
        };
        resolve(response.statusCode === 200 ? (body.Version ?? null) : null);
      } catch {
        resolve(null);
      }
    });
    asked.once('error', () => resolve(null)).once('timeout', () => asked.destroy());
    asked.end();
  });

const pathWithSystemFolders = (): string =>
  `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;
