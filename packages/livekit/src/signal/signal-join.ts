import type { LookupFunction } from 'node:net';
import { LeaveRequest, LeaveRequest_Action } from '@livekit/protocol';
import type { Deployment } from '../deployment.ts';
import type { Failure } from '../failure.ts';
import { joinEndpoint } from './endpoint.ts';
import type { SignalConnection, SignalSocketOptions } from './signal-socket.ts';

/** A participant that is in a room, without media. */
export interface SignalJoin {
  connection: SignalConnection;
  /** Sid of the room: two copies of a room have two sids. */
  roomSid: string;
  nodeId: string;
  /** Resolves when the connection ends without request. */
  ended: Promise<Failure>;
  /** Leaves the room, and closes the connection. */
  leave(): void;
}

/**
 * Joins a room by its signal connection alone, and stays until closed.
 * @param lookup address to connect to; default: the first that answers
 */
export const joinBySignal = (
  deployment: Deployment,
  token: string,
  timeoutMs: number,
  lookup?: LookupFunction,
): Promise<SignalJoin | Failure> =>
  new Promise((resolve) => {
    const ended = Promise.withResolvers<Failure>();
    const cancel = deployment.clock.after(timeoutMs, () => {
      connection.close();
      resolve(joinTimeout(deployment, timeoutMs));
    });
    const connection = connectWithoutMedia(deployment, token, {
      ...(lookup !== undefined && { lookup }),
      onMessage: ({ case: about, value }) => {
        if (about !== 'join') return;
        cancel();
        resolve({
          connection,
          roomSid: value.room?.sid ?? '',
          nodeId: value.serverInfo?.nodeId ?? '',
          ended: ended.promise,
          leave: () => leaveWithoutMedia(connection),
        });
      },
      onEnd: (failure) => {
        cancel();
        resolve(failure);
        ended.resolve(failure);
      },
    });
  });

/**
 * Opens a signal connection that joins a room without media, and without subscriptions. With two
 * PeerConnections the server offers first, candidates included.
 * @param query parameters besides those of every join
 */
export const connectWithoutMedia = (
  { url, clock, keepalive, connect }: Deployment,
  token: string,
  handlers: Pick<SignalSocketOptions, 'lookup' | 'onMessage' | 'onEnd'>,
  query: Readonly<Record<string, string>> = {},
): SignalConnection =>
  connect({
    base: url.ws,
    endpoint: `${joinEndpoint('v0', {
      autoSubscribe: false,
      adaptiveStream: false,
      addTracks: [],
      offer: null,
    })}${Object.entries(query)
      .map(([name, value]) => `&${name}=${encodeURIComponent(value)}`)
      .join('')}`,
    token,
    clock,
    keepalive,
    ignored: new Set(),
    ...handlers,
  });

/** Leaves the room, and closes the connection. */
export const leaveWithoutMedia = (connection: SignalConnection): void => {
  const action = LeaveRequest_Action.DISCONNECT;
  connection.send({ case: 'leave', value: new LeaveRequest({ action }) });
  connection.close();
};

/** The failure of a join without an answer. */
export const joinTimeout = ({ url }: Pick<Deployment, 'url'>, timeoutMs: number): Failure => ({
  reason: 'signal_timeout',
  message: `${url.ws} did not answer the join within ${timeoutMs} ms`,
  retryable: true,
});

export const isJoin = (joined: SignalJoin | Failure): joined is SignalJoin =>
  'connection' in joined;
