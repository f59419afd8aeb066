import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import { removeCgroups } from './cgroups.ts';
import type { RunningEngine } from './engine-process.ts';

/**
 * Separate Docker engine that does not touch containers, images or settings of the host. It ends
 * with this process at the latest.
 */
export interface DockerEngine extends AsyncDisposable {
  /** Path of the socket of the Engine API. */
  readonly socketPath: string;
  /** Version that the engine reports: `20.10.24+dfsg1`. */
  readonly version: string;
  /**
   * Variables by which `docker`, `docker-compose` and libraries find the engine: DOCKER_HOST, and a
   * separate DOCKER_CONFIG.
   */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Words before a command that run it in the engine's own network: `[...engine.inNetwork, 'curl',
   * …]`. Empty if that is the host's.
   */
  readonly inNetwork: readonly string[];
  readonly logFile: string;
  /**
   * Runs `docker ARGS` and resolves to its stdout, without the last line break.
   * @throws SwarmError `docker_failed` with its error output, and the end of its stdout
   */
  docker(args: readonly string[]): Promise<string>;
  /** Restarts the engine: its containers stop, and start again as their restart policies say. */
  restart(): Promise<void>;
  /**
   * Ends every container and the engine, and removes all their files. May be called again; never
   * throws.
   */
  stop(): Promise<void>;
}

/** @param dir folder that is removed at the end, with its contents */
export const createDockerEngine = (
  running: RunningEngine,
  program: string,
  dir: string,
): DockerEngine => {
  const { socketPath, version, cgroup } = running;
  const env = { DOCKER_HOST: `unix://${socketPath}`, DOCKER_CONFIG: join(dir, 'client') };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      await running.end();
      await removeCgroups(cgroup);
      await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }).catch(
        () => {},
      );
    })();
    return stopping;
  };
  return {
    socketPath,
    version,
    env,
    inNetwork: running.inNetwork,
    logFile: running.logFile,
    docker: async (args) => {
      const { failed, stdout, stderr, shortMessage } = await execa(program, args, {
        env,
        stdin: 'ignore',
        reject: false,
      });
      if (!failed) return stdout;
      // A build prints the output of its commands on stdout.
      const output = stdout.trim().split('\n').slice(-20).join('\n');
      const said = [output, stderr.trim() || shortMessage].filter(Boolean).join('\n');
      throw new SwarmError(
        'docker_failed',
        `docker ${args[0]}: ${said}`,
        `the engine's log: ${running.logFile}`,
      );
    },
    restart: running.restart,
    stop,
    [Symbol.asyncDispose]: stop,
  };
};
