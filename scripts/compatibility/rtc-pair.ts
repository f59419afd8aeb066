import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Pair, PairState } from './pair.ts';

export type RtcCall = { id: number } & (
  | { type: 'join'; url: string; tokens: readonly [string, string] }
  | { type: 'say' | 'read' }
);

type RtcRequest = RtcCall extends infer Call
  ? Call extends RtcCall
    ? Omit<Call, 'id'>
    : never
  : never;

export type RtcAnswer = { id: number } & ({ state: PairState | null } | { error: string });

/** Two rooms of @livekit/rtc-node in a process of their own. */
export const openRtcPair = (): Pair => {
  const child = fork(join(import.meta.dirname, 'rtc-host.ts'), {
    // In other environments, rtc-node logs a line for each signalling packet.
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, PromiseWithResolvers<PairState | null>>();
  child.on('message', (message) => {
    const answer = message as RtcAnswer;
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('error' in answer) asked?.reject(new Error(answer.error));
    else asked?.resolve(answer.state);
  });
  child.once('exit', (code, signal) => {
    for (const asked of waiting.values())
      asked.reject(new Error(`the process of rtc-node ended: ${signal ?? `exit ${code}`}`));
  });
  let calls = 0;
  const call = (request: RtcRequest): Promise<PairState | null> => {
    const id = ++calls;
    const asked = Promise.withResolvers<PairState | null>();
    waiting.set(id, asked);
    child.send({ ...request, id });
    return asked.promise;
  };
  return {
    join: async (url, tokens) => void (await call({ type: 'join', url, tokens })),
    say: async () => void (await call({ type: 'say' })),
    read: async () => {
      const state = await call({ type: 'read' });
      if (state === null) throw new Error('the process of rtc-node gave no counters');
      return state;
    },
    [Symbol.asyncDispose]: async () => {
      child.removeAllListeners('exit');
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
};
