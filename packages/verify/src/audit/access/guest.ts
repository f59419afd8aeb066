import {
  connectWithoutMedia,
  type Deployment,
  type Failure,
  leaveWithoutMedia,
  type Rejection,
  type RequestMessage,
  type ResponseMessage,
} from '@livekit-swarm/livekit';
import { TAKES_TOKEN } from '../../checks/keys.ts';
import type { Reply } from './attempt.ts';

type JoinResponse = Extract<ResponseMessage, { case: 'join' }>['value'];

/** A participant by its signal connection alone: it asks what no client would ask. */
export interface Guest extends Disposable {
  readonly join: JoinResponse;
  send(message: RequestMessage): void;
  /**
   * Waits for a message, also one that came before.
   * @returns what `pick` made of the first that it took; null: none came in time
   */
  hear<T>(pick: (message: ResponseMessage) => T | null, ms: number): Promise<T | null>;
}

const JOIN_MS = 5_000;

/**
 * Joins without media.
 * @param query parameters that no client sends
 */
export const joinAsGuest = (
  deployment: Deployment,
  token: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Guest | Failure> =>
  new Promise((resolve) => {
    const heard: ResponseMessage[] = [];
    const listeners = new Set<(message: ResponseMessage) => void>();
    const cancel = deployment.clock.after(JOIN_MS, () => {
      connection.close();
      const message = `no answer to the join within ${JOIN_MS} ms`;
      resolve({ reason: 'signal_timeout', message, retryable: true });
    });
    const hear = <T>(pick: (message: ResponseMessage) => T | null, ms: number): Promise<T | null> =>
      new Promise((take) => {
        for (const message of heard) {
          const picked = pick(message);
          if (picked === null) continue;
          take(picked);
          return;
        }
        const listen = (message: ResponseMessage): void => {
          const picked = pick(message);
          if (picked !== null) end(picked);
        };
        const over = deployment.clock.after(ms, () => end(null));
        const end = (picked: T | null): void => {
          over();
          listeners.delete(listen);
          take(picked);
        };
        listeners.add(listen);
      });
    const connection = connectWithoutMedia(
      deployment,
      token,
      {
        onMessage: (message) => {
          heard.push(message);
          for (const listen of [...listeners]) listen(message);
          if (message.case !== 'join') return;
          cancel();
          const { pingInterval, pingTimeout } = message.value;
          connection.keepAlive(pingInterval, pingTimeout);
          resolve({
            join: message.value,
            send: (request) => connection.send(request),
            hear,
            [Symbol.dispose]: () => leaveWithoutMedia(connection),
          });
        },
        onEnd: (failure) => {
          cancel();
          resolve(failure);
        },
      },
      query,
    );
  });

export const isGuest = (joined: Guest | Failure): joined is Guest => 'hear' in joined;

/** Result of a join: whether it was refused, and by which answer. */
export const joinReply = (joined: Guest | Failure): { reply: Reply; answer: string } => {
  if (isGuest(joined)) return { reply: 'done', answer: `joined ${joined.join.room?.name ?? ''}` };
  const status = 'answer' in joined ? (joined as Rejection).answer?.status : undefined;
  const answer = `${status ?? 'no answer'} ${joined.reason}`;
  if (status === 401 || status === 403) return { reply: 'refused', answer };
  return { reply: TAKES_TOKEN.has(joined.reason) ? 'authorized' : 'unclear', answer };
};

/** Joins, leaves at once, and returns whether the join was refused. */
export const tryJoin = async (
  deployment: Deployment,
  token: string,
): Promise<{ reply: Reply; answer: string }> => {
  const joined = await joinAsGuest(deployment, token);
  if (isGuest(joined)) joined[Symbol.dispose]();
  return joinReply(joined);
};

/**
 * Joins a room as a step of a check.
 * @throws Error if the deployment does not take the participant
 */
export const joinOrThrow = async (deployment: Deployment, token: string): Promise<Guest> => {
  const joined = await joinAsGuest(deployment, token);
  if (!isGuest(joined)) throw new Error(`a participant could not join: ${joined.message}`);
  return joined;
};
