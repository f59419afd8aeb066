import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { exitWithParent } from '@livekit-swarm/host';

/** Process of a stand-in of an egress worker. */
export interface EgressWorker extends AsyncDisposable {
  readonly name: string;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

export interface EgressWorkerOptions {
  redisUrl: string;
  /** Folder below which files are written. */
  folder: string;
  name: string;
  /** Recordings that it takes at the same time. */
  maxJobs: number;
}

const PROCESS = fileURLToPath(new URL('worker-process.ts', import.meta.url));

/** Starts a stand-in of an egress worker, and waits until it takes requests. */
export const startEgressWorker = async ({
  redisUrl,
  folder,
  name,
  maxJobs,
}: EgressWorkerOptions): Promise<EgressWorker> => {
  const [command, ...args] = exitWithParent([
    process.execPath,
    ...[PROCESS, redisUrl, folder, name, String(maxJobs)],
  ]);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close').then(
    ([code, signal]) => (signal ?? code) as number | NodeJS.Signals,
  );
  const isReady = await Promise.race([
    once(child.stdout, 'data').then(() => true),
    ended.then(() => false),
  ]);
  if (!isReady) throw new Error(`the egress worker ${name} ended with ${await ended}`);
  return {
    ...{ name, ended },
    signal: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
};
