import { rm } from 'node:fs/promises';
import { findProgram } from '@livekit-swarm/lab';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { buildImage } from './build-image.ts';
import { createDockerEngine, type DockerEngine } from './docker-engine.ts';
import { runEngine } from './engine-process.ts';
import { makeEngineFolder, removeLeftovers } from './leftovers.ts';

export interface DockerOptions {
  /**
   * Network of containers with `--network host`. `own` (the default) has only a loopback interface:
   * every port is free, and it is unreachable from outside; see `inNetwork`. `host` is the network
   * of this host.
   */
  network?: 'own' | 'host';
}

/**
 * Starts a Docker engine that has nothing to do with one that may run here: own images, containers,
 * socket and namespaces, all in a temporary folder, all gone after `stop`. It has been seen to run
 * a container.
 *
 * Throws a SwarmError `no_docker`, with the reason, when this host cannot: not Linux, not root, not
 * installed, not permitted.
 */
export const startDocker = async ({
  network = 'own',
}: DockerOptions = {}): Promise<DockerEngine> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    const what =
      process.platform === 'linux'
        ? 'only root can start a Docker engine'
        : `no Docker engine of its own on ${process.platform}`;
    throw new SwarmError('no_docker', what, 'run this as root on Linux');
  }
  const [docker, dockerd, unshare, nsenter] = await Promise.all([
    need('docker', 'docker.io'),
    need('dockerd', 'docker.io'),
    need('unshare', 'util-linux'),
    need('nsenter', 'util-linux'),
    need('containerd', 'containerd'),
    need('runc', 'runc'),
    need('ip', 'iproute2'),
  ]);
  await removeLeftovers();
  const dir = await makeEngineFolder();
  try {
    const engine = createDockerEngine(
      await runEngine(dir, network, { dockerd, unshare, nsenter }),
      docker,
      dir,
    );
    await tryContainer(engine);
    return engine;
  } catch (error) {
    await rm(dir, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
};

const need = async (name: string, debianPackage: string): Promise<string> => {
  const path = await findProgram(name, process.env, ['/usr/local/sbin', '/usr/sbin', '/sbin']);
  if (path !== null) return path;
  throw new SwarmError(
    'no_docker',
    `there is no ${name} on this host`,
    `install it: "apt-get install ${debianPackage}" on Debian`,
  );
};

/**
 * Runs a container, as the only proof that the engine works: mounts, control groups or namespaces
 * may be forbidden.
 */
const tryContainer = async (engine: DockerEngine): Promise<void> => {
  const image = 'swarm-trial';
  try {
    await buildImage(engine, {
      name: image,
      programs: { '/true': await need('true', 'coreutils') },
      entrypoint: ['/true'],
    });
    await engine.docker(['run', '--rm', '--network', 'host', image]);
    await engine.docker(['image', 'rm', image]);
  } catch (error) {
    await engine.stop();
    if (!hasErrorCode(error, 'docker_failed')) throw error;
    const hint = 'if this host is a container itself, it must be a privileged one';
    throw new SwarmError('no_docker', `no container runs on this host: ${error.message}`, hint, {
      cause: error,
    });
  }
};
