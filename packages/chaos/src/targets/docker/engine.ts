import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '@livekit-swarm/host';
import { SwarmError } from '@livekit-swarm/settings';
import type {
  Container,
  ContainerCreateOptions,
  ContainerInfo,
  ContainerInspectInfo,
} from 'dockerode';
import type { DockerSpec } from './spec.ts';

/** The used part of the Engine API. For a container that does not exist: null, or no effect. */
export interface Engine {
  list(label: string): Promise<ContainerInfo[]>;
  inspect(id: string): Promise<ContainerInspectInfo | null>;
  /** No effect if it does not run. */
  kill(id: string, signal: string): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  start(id: string): Promise<void>;
  restart(id: string): Promise<void>;
  /** Creates and starts a container, or leaves none. @returns its ID */
  run(options: ContainerCreateOptions): Promise<string>;
  /** Also while it runs. */
  remove(id: string): Promise<void>;
  /** The first match in its log since then; null: none near its beginning. */
  findInLog(
    id: string,
    since: Date,
    pattern: RegExp,
    /** Gives up after this time without further output. */
    quietMs?: number,
  ): Promise<RegExpExecArray | null>;
  /** Null when it can pause containers; else why not. */
  lacksPause(): Promise<string | null>;
}

/** The engine is given as long again for a request that nothing waits for any more. */
export const REQUEST_WITHIN_MS = 15_000;
const NOT_FOUND = 404;
/** It does not run. */
const CONFLICT = 409;
const NOT_MODIFIED = 304;

/**
 * Loads the client, which is large, on use, and checks that the engine answers.
 * @throws SwarmError `docker_unavailable`
 */
export const connectEngine = async ({ host }: Pick<DockerSpec, 'host'>): Promise<Engine> => {
  const { default: Docker } = await import('dockerode');
  const docker = new Docker({ ...(await connection(host)), timeout: REQUEST_WITHIN_MS });

  const ask = async <T>(
    what: string,
    asked: Promise<T>,
    otherwise?: Readonly<Record<number, T>>,
  ): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      const status = statusOf(error);
      if (status !== null && otherwise !== undefined && status in otherwise)
        return otherwise[status] as T;
      throw failure(host, what, status, error);
    }
  };
  const nothing = { [NOT_FOUND]: undefined, [CONFLICT]: undefined, [NOT_MODIFIED]: undefined };
  const act = async (
    id: string,
    what: string,
    action: (container: Container) => Promise<unknown>,
  ): Promise<void> =>
    void (await ask<unknown>(
      `${what} ${id.slice(0, 12)}`,
      action(docker.getContainer(id)),
      nothing,
    ));

  await ask('answer', docker.ping());
  return {
    list: (label) =>
      ask('list containers', docker.listContainers({ all: true, filters: { label: [label] } })),
    inspect: (id) =>
      ask<ContainerInspectInfo | null>(`inspect ${id}`, docker.getContainer(id).inspect(), {
        [NOT_FOUND]: null,
      }),
    kill: (id, signal) => act(id, `send ${signal} to`, (container) => container.kill({ signal })),
    pause: (id) => act(id, 'pause', (container) => container.pause()),
    unpause: (id) => act(id, 'unpause', (container) => container.unpause()),
    start: (id) => act(id, 'start', (container) => container.start()),
    restart: (id) => act(id, 'restart', (container) => container.restart({ t: 0 })),
    run: async (options) => {
      const container = await ask('create a container', docker.createContainer(options));
      try {
        await ask('start a container', container.start());
      } catch (error) {
        await container.remove({ force: true }).catch(() => {});
        throw error;
      }
      return container.id;
    },
    remove: (id) => act(id, 'remove', (container) => container.remove({ force: true })),
    findInLog: async (id, since, pattern, quietMs = QUIET_MS) => {
      const options = {
        follow: true,
        stdout: true,
        stderr: true,
        since: since.getTime() / 1_000,
      } as const;
      const log = await docker
        .getContainer(id)
        .logs(options)
        .catch(() => null);
      return log === null ? null : findInStream(log, pattern, quietMs);
    },
    lacksPause: async () => {
      const { CgroupDriver: driver, OSType: system } = (await ask(
        'describe itself',
        docker.info(),
      )) as Record<string, unknown>;
      if (system === 'windows') return 'Windows containers cannot be paused';
      return driver === 'none'
        ? 'this engine cannot pause containers: it has no cgroups (rootless, version 1)'
        : null;
    },
  };
};

const connection = async (host: string): Promise<Record<string, unknown>> => {
  const [scheme = '', rest = ''] = host.split('://', 2);
  // Explicit, because dockerode takes missing values from DOCKER_HOST, which may have changed.
  if (scheme !== 'tcp')
    return { socketPath: rest, host: undefined, port: undefined, protocol: 'http' };
  const { hostname, port } = new URL(`http://${rest}`);
  const secure = process.env.DOCKER_TLS_VERIFY === '1' || port === '2376';
  if (!secure) return { host: hostname, port: Number(port || '2375'), protocol: 'http' };
  return {
    host: hostname,
    port: Number(port || '2376'),
    protocol: 'https',
    ...(await certificates()),
  };
};

/** TLS files of the docker command. */
const certificates = async (): Promise<Record<string, Buffer>> => {
  const dir = process.env.DOCKER_CERT_PATH;
  if (dir === undefined || dir === '') return {};
  const read = (name: string): Promise<Buffer> =>
    readFile(join(dir, name)).catch((cause: unknown) => {
      throw new SwarmError(
        'docker_unavailable',
        `${name} cannot be read from DOCKER_CERT_PATH (${dir})`,
        'it holds ca.pem, cert.pem and key.pem',
        { cause },
      );
    });
  return { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') };
};

const statusOf = (error: unknown): number | null =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : null;

/** Whether the engine rejected a request because of the state of something else, such as a name that is taken. */
export const isConflict = (error: unknown): boolean =>
  error instanceof SwarmError && statusOf(error.cause) === CONFLICT;

const failure = (host: string, what: string, status: number | null, cause: unknown): SwarmError => {
  if (cause instanceof SwarmError) return cause;
  const message = messageOf(cause);
  if (status !== null)
    return new SwarmError('rejected', `the Docker engine did not ${what}: ${message}`, null, {
      cause,
    });
  const socket = host.startsWith('unix://') ? host.slice('unix://'.length) : null;
  const hint =
    codeOf(cause) === 'EACCES'
      ? `only root and the group of ${socket ?? 'the socket'} may use it`
      : socket !== null && !existsSync(socket)
        ? `${socket} not found: check that Docker runs, and DOCKER_HOST ("docker context inspect" shows it)`
        : 'check that Docker runs there (DOCKER_HOST)';
  return new SwarmError(
    'docker_unavailable',
    `no Docker engine answers at ${host}: ${message}`,
    hint,
    { cause },
  );
};

/** The engine's own message, without that of the client. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const json = 'json' in error ? error.json : null;
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  return error.message || ('code' in error ? String(error.code) : 'unknown reason');
};

/** livekit-server logs its ID at its start: what comes later, or after a pause, is not read. */
const MAX_LOG_LENGTH = 256 * 1_024;
const QUIET_MS = 1_000;

const findInStream = (
  log: NodeJS.ReadableStream,
  pattern: RegExp,
  quietMs: number,
): Promise<RegExpExecArray | null> =>
  new Promise((resolve) => {
    let text = '';
    const end = (found: RegExpExecArray | null): void => {
      clearTimeout(timer);
      if ('destroy' in log && typeof log.destroy === 'function') log.destroy();
      resolve(found);
    };
    const timer = setTimeout(() => end(null), quietMs);
    log.on('error', () => end(null));
    log.on('end', () => end(pattern.exec(text)));
    log.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const found = pattern.exec(text);
      if (found !== null || text.length > MAX_LOG_LENGTH) end(found);
      else timer.refresh();
    });
  });
