import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { exitWithParent, findFreePorts } from '@livekit-swarm/host';
import { type PinnedProgram, provideProgram } from '@livekit-swarm/lab';

const FOLDER = fileURLToPath(new URL('../stream-server/', import.meta.url));

/** Digest of the module: another source is another version, which is built again. */
const digest = (): string => {
  const hash = createHash('sha256');
  for (const file of ['main.go', 'go.mod', 'go.sum']) hash.update(readFileSync(`${FOLDER}${file}`));
  return hash.digest('hex').slice(0, 12);
};

/** Server of streams by WHIP and WHEP, on pion in the version that livekit-server has. */
const streamServer = (): PinnedProgram => {
  const version = digest();
  return {
    name: 'stream-server',
    version,
    goPackage: '.',
    moduleFolder: FOLDER,
    versionArgs: ['--version'],
    versionPattern: /^stream-server version (\S+)/,
    pathVariable: 'SWARM_STREAM_SERVER',
    usualBuild: 'half a minute',
    linkedValues: { 'main.version': version },
  };
};

/** Time for an answer of the server, ms. */
const ANSWER_WITHIN_MS = 5_000;
/** Time for the start of the server, ms. */
const STARTED_WITHIN_MS = 30_000;

/** Variable with the token of the server. */
const TOKEN = 'STREAM_SERVER_TOKEN';

export interface StreamServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  counts(): Promise<{ sessions: number; players: number; deletes: number }>;
  /** Ends all its sessions, as a server does that restarts. */
  closeAll(): Promise<void>;
}

/**
 * Starts a server with streams at `/NAME/whip` and `/NAME/whep`.
 * @param drop it leaves out each nth packet to players; absent: none
 */
export const startStreamServer = async ({
  token,
  players,
  drop,
}: {
  token?: string;
  players?: number;
  drop?: number;
} = {}): Promise<StreamServer> => {
  const { path } = await provideProgram(streamServer(), process.env.SWARM_STREAM_SERVER, {});
  const { http: port } = await findFreePorts('127.0.0.1', 1);
  const [command, ...args] = exitWithParent([
    path,
    ...['--listen', `127.0.0.1:${port}`],
    ...(token === undefined ? [] : ['--token-variable', TOKEN]),
    ...(players === undefined ? [] : ['--players', String(players)]),
    ...(drop === undefined ? [] : ['--drop', String(drop)]),
  ]);
  const child = spawn(command, args, {
    stdio: 'ignore',
    env: { ...process.env, ...(token !== undefined && { [TOKEN]: token }) },
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  const counts = async () =>
    (await (
      await fetch(`${url}/counts`, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) })
    ).json()) as Awaited<ReturnType<StreamServer['counts']>>;
  const deadline = performance.now() + STARTED_WITHIN_MS;
  const answers = (): Promise<boolean> =>
    counts().then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    const end = child.exitCode ?? child.signalCode;
    if (end !== null) throw new Error(`the stream server ended at its start (${end})`);
    if (performance.now() > deadline) {
      child.kill('SIGKILL');
      await ended;
      throw new Error(`the stream server did not answer within ${STARTED_WITHIN_MS} ms`);
    }
    await sleep(20);
  }
  return {
    ...{ url, counts },
    closeAll: async () => void (await fetch(`${url}/close`, { method: 'POST' })),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
};
