import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type GuardedProcess, spawnGuarded } from '@livekit-swarm/host';
import { plainEnvironment } from '@livekit-swarm/lab';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';

export interface EnginePrograms {
  unshare: string;
  dockerd: string;
  nsenter: string;
}

export interface RunningEngine {
  socketPath: string;
  version: string;
  logFile: string;
  /** Control group that contains all its groups. */
  cgroup: string;
  inNetwork: readonly string[];
  /** Stops the engine as systemd does, starts it again, and resolves when it answers. */
  restart(): Promise<void>;
  /** Kills the engine with all its processes, and resolves when they have ended. */
  end(): Promise<void>;
}

const READY_WITHIN_MS = 30_000;
const GONE_WITHIN_MS = 10_000;
const POLL_MS = 50;

/** Time in which the engine stops its containers and answers again, ms. */
const RESTARTED_WITHIN_MS = 60_000;

/**
 * Script of the first process of the engine's namespaces. It stays, to reap orphans of containers,
 * and starts an engine that has ended again if the file $2 asks for it. Some folders of dockerd and
 * containerd are fixed: empty mounts are in their places, which end with the namespace.
 */
const FIRST_PROCESS = `
set -e
for folder in /run/docker /run/containerd; do mkdir -p "$folder" && mount -t tmpfs tmpfs "$folder"; done
[ "$1" = host ] || ip link set lo up
again=$2
shift 2
while :; do
  "$@" &
  wait $! || true
  rm "$again"
done
`;

/**
 * Starts dockerd in separate namespaces. Its mounts are invisible to other processes, and when its
 * first process dies, the kernel kills containerd, shims and containers and removes the mounts:
 * nothing remains, however this process ends.
 *
 * @param dir folder for all its files; its control groups are named after it
 * @throws SwarmError `no_docker` when it does not start
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
  // Settings of the user (/etc/docker/daemon.json) do not apply.
  await writeFile(join(dir, 'daemon.json'), '{}');
  const dockerd = [
    programs.dockerd,
    `--config-file=${join(dir, 'daemon.json')}`,
    `--data-root=${join(dir, 'data')}`,
    `--exec-root=${join(dir, 'exec')}`,
    `--pidfile=${join(dir, 'dockerd.pid')}`,
    `--host=unix://${socketPath}`,
    // Without bridge and firewall rules: containers are in the engine's network, or make one.
    '--bridge=none',
    '--iptables=false',
    '--ip6tables=false',
    `--cgroup-parent=/${cgroup}`,
    '--exec-opt=native.cgroupdriver=cgroupfs',
    // A lower score than its own needs CAP_SYS_RESOURCE, which some hosts do not give.
    '--oom-score-adjust=0',
    '--log-level=warn',
  ];
  const again = join(dir, 'start-again');
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
    args: [...namespaces, '--', 'sh', '-c', FIRST_PROCESS, 'sh', network, again, ...dockerd],
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
    // The first process ends when all others in its namespaces have ended.
    const gone = (): boolean => ended && (first === null || !existsSync(`/proc/${first}`));
    while (!gone() && performance.now() < deadline) await sleep(POLL_MS);
  };

  const restart = async (): Promise<void> => {
    await writeFile(again, '');
    const pid = (await readFile(join(dir, 'dockerd.pid'), 'utf8')).trim();
    await execa(programs.nsenter, [
      ...['--target', `${first}`, '--pid', '--mount', '--'],
      ...['sh', '-c', `kill -TERM ${pid}`],
    ]);
    const until = performance.now() + RESTARTED_WITHIN_MS;
    while (performance.now() < until) {
      if (!existsSync(again) && (await versionAt(socketPath)) !== null) return;
      await sleep(POLL_MS);
    }
    throw new Error(`dockerd did not start again within ${RESTARTED_WITHIN_MS / 1_000} s`);
  };

  const deadline = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadline && !ended) {
    first ??= await childOf(process);
    const version = await versionAt(socketPath);
    if (version !== null && first !== null) {
      const inNetwork =
        network === 'own' ? [programs.nsenter, '--target', `${first}`, '--net', '--'] : [];
      return { socketPath, version, logFile, cgroup, inNetwork, restart, end };
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

/** Version of the engine; null until it answers. */
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
