import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A running bench/reflector.ts. */
export interface ReflectorProcess extends AsyncDisposable {
  url: string;
  pid: number;
}

const PROGRAM = join(import.meta.dirname, 'reflector.ts');

/**
 * Starts the scripted server in a separate process, until it is disposed of. Participants of this
 * process can join with any key and secret.
 */
export const startReflector = async (threads = 1): Promise<ReflectorProcess> => {
  process.env.LIVEKIT_API_KEY = 'reflector';
  process.env.LIVEKIT_API_SECRET = 'the reflector checks no signature';
  const child = spawn(process.execPath, [PROGRAM, '--threads', String(threads)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`the reflector ended with ${code}`);
    }),
  ])) as [string];
  const { url } = JSON.parse(line) as { url: string };
  return { url, pid: child.pid ?? -1, [Symbol.asyncDispose]: () => end(child) };
};

const end = async (child: ChildProcess): Promise<void> => {
  const ended = once(child, 'exit');
  child.kill();
  await ended;
};
