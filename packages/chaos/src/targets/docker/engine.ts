import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { codeOf, SwarmError } from '@livekit-swarm/settings';
import type {
  Container,
  ContainerCreateOptions,
  ContainerInfo,
  ContainerInspectInfo,
  HostRestartPolicy,
  ImageInspectInfo,
} from 'dockerode';
import { NOT_SIGNALLED } from '../../journal/drain-note.ts';
import type { DockerSpec } from './spec.ts';

/**
 * Used part of the Engine API. For a container that does not exist, methods return null or have no
 * effect.
 */
export interface Engine {
  list(label: string): Promise<ContainerInfo[]>;
  inspect(id: string): Promise<ContainerInspectInfo | null>;
  /** Sends a signal; no effect on a container that does not run. */
  kill(id: string, signal: string): Promise<void>;
  pause(id: string): Promise<void>;
  unpause(id: string): Promise<void>;
  start(id: string): Promise<void>;
  restart(id: string): Promise<void>;
  /** Creates and starts a container; leaves none when it fails. @returns its ID */
  run(options: ContainerCreateOptions): Promise<string>;
  /** Creates a container without starting it. @returns its ID */
  create(options: ContainerCreateOptions): Promise<string>;
  /** @throws SwarmError `rejected` when another container has the name */
  rename(id: string, name: string): Promise<void>;
  /** Sets the policy by which the engine starts a container again, also at its own start. */
  setRestart(id: string, policy: HostRestartPolicy): Promise<void>;
  /** Inspects an image by name or ID; null: the engine does not have it. */
  inspectImage(image: string): Promise<ImageInspectInfo | null>;
  /**
   * Runs a program in a container until it ends.
   * @returns its exit code; null: the container does not run
   */
  exec(id: string, argv: readonly string[]): Promise<number | null>;
  /** Removes a container, even while it runs. */
  remove(id: string): Promise<void>;
  /** First match in its log since then; null: none near the beginning. */
  findInLog(
    id: string,
    since: Date,
    pattern: RegExp,
    /** Time without further output after which the search ends, ms. */
    quietMs?: number,
  ): Promise<RegExpExecArray | null>;
  /** Reason for which the engine cannot pause containers; null: it can. */
  lacksPause(): Promise<string | null>;
}

/**
 * Time limit of a request, ms. For a request that is no longer awaited, the engine has as much time
 * again.
 */
export const REQUEST_WITHIN_MS = 15_000;
const NOT_FOUND = 404;
/** HTTP status for a container that does not run. */
const CONFLICT = 409;
const NOT_MODIFIED = 304;

/**
 * Connects to the engine and checks that it answers. Loads the client, which is large, on use.
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
    create: async (options) =>
      (await ask('create a container', docker.createContainer(options))).id,
    rename: async (id, name) =>
      void (await ask(
        `rename ${id.slice(0, 12)} to ${name}`,
        docker.getContainer(id).rename({ name }),
      )),
    setRestart: (id, policy) =>
      act(id, 'change the restart policy of', (container) =>
        container.update({ RestartPolicy: policy }),
      ),
    inspectImage: (image) =>
      ask<ImageInspectInfo | null>(`inspect image ${image}`, docker.getImage(image).inspect(), {
        [NOT_FOUND]: null,
      }),
    exec: (id, argv) =>
      ask<number | null>(
        `run a program in ${id.slice(0, 12)}`,
        exec(docker.getContainer(id), argv),
        {
          [NOT_FOUND]: null,
          [CONFLICT]: null,
        },
      ),
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

/** Runs a program without input, and waits until its output ends. */
const exec = async (container: Container, argv: readonly string[]): Promise<number | null> => {
  const program = await container.exec({ Cmd: [...argv], AttachStdout: true, AttachStderr: true });
  const output = await program.start({ hijack: false });
  output.resume();
  await finished(output);
  return (await program.inspect()).ExitCode;
};

/**
 * Program that does the same as `Engine.kill`, for an engine at a socket of this host; null: its
 * engine has an address.
 */
export const killCommand = (
  { host }: Pick<DockerSpec, 'host'>,
  id: string,
  signal: string,
): string[] | null => {
  const [scheme, path = ''] = host.split('://', 2);
  return scheme === 'unix' ? [process.execPath, '--eval', KILL, path, id, signal] : null;
};

const KILL = `
const [socketPath, id, signal] = process.argv.slice(1);
const path = '/containers/' + id + '/kill?signal=' + signal;
const request = require('node:http').request({ socketPath, path, method: 'POST' }, (answer) => {
  const isDone = answer.statusCode < 300 || [${NOT_FOUND}, ${CONFLICT}].includes(answer.statusCode);
  if (!isDone) console.error('the engine answers with status ' + answer.statusCode);
  process.exit(isDone ? 0 : ${NOT_SIGNALLED});
});
request.setTimeout(${REQUEST_WITHIN_MS}, () => request.destroy(new Error('the engine does not answer')));
request.on('error', ({ message, syscall }) => {
  console.error(message);
  // Without a connection the engine has received nothing; without an answer it may act.
  process.exit(syscall === 'connect' ? ${NOT_SIGNALLED} : 1);
});
request.end();`;

const connection = async (host: string): Promise<Record<string, unknown>> => {
  const [scheme = '', rest = ''] = host.split('://', 2);
  // The protocol is explicit, because dockerode takes missing values from DOCKER_HOST, which may
  // have changed.
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

/** Reads the TLS files of the docker command. */
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

/**
 * Returns true when the engine rejected a request because of another object, such as a name in use.
 */
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

/** Message of the engine, without that of the client. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const json = 'json' in error ? error.json : null;
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  return error.message || ('code' in error ? String(error.code) : 'unknown reason');
};

/** Largest part of a log that is read, bytes: livekit-server logs its ID at its start. */
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
