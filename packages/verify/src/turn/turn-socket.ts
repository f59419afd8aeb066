import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { TurnUrl } from '@livekit-swarm/livekit';
import { messageLength } from './stun-message.ts';

/** Connection that exchanges whole STUN messages with a TURN server. */
export interface TurnSocket {
  send(message: Buffer): void;
  onMessage(take: (message: Buffer) => void): void;
  /** True if messages may be lost on the way, so that requests are repeated. */
  readonly lossy: boolean;
  close(): void;
}

const CONNECT_MS = 4_000;

/**
 * Opens a connection to a TURN server.
 * @throws Error if it cannot be reached, or its certificate is not accepted
 */
export const openTurnSocket = async (url: TurnUrl): Promise<TurnSocket> =>
  url.transport === 'udp' ? openUdp(url) : openStream(url);

const openUdp = async ({ host, port }: TurnUrl): Promise<TurnSocket> => {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  // A closed port: the request is then reported as unanswered. A name that is looked up for longer
  // than the limit fails after it.
  socket.on('error', () => {});
  try {
    const connected = once(socket, 'connect', { signal: AbortSignal.timeout(CONNECT_MS) });
    socket.connect(port, host);
    await connected;
  } catch (error) {
    socket.close();
    throw error;
  }
  return {
    lossy: true,
    send: (message) => socket.send(message),
    onMessage: (take) => void socket.on('message', take),
    close: () => void socket.close(),
  };
};

const openStream = async ({ host, port, transport }: TurnUrl): Promise<TurnSocket> => {
  const socket: Socket =
    transport === 'tcp'
      ? connectTcp({ host, port })
      : connectTls({ host, port, ...(isIP(host) === 0 && { servername: host }) });
  try {
    await once(socket, transport === 'tcp' ? 'connect' : 'secureConnect', {
      signal: AbortSignal.timeout(CONNECT_MS),
    });
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.on('error', () => {});
  return {
    lossy: false,
    send: (message) => void socket.write(message),
    onMessage: (take) => {
      let waiting = Buffer.alloc(0);
      socket.on('data', (chunk: Buffer) => {
        waiting = Buffer.concat([waiting, chunk]);
        for (let length = messageLength(waiting); length !== null && waiting.length >= length; ) {
          take(waiting.subarray(0, length));
          waiting = waiting.subarray(length);
          length = messageLength(waiting);
        }
      });
    },
    close: () => void socket.destroy(),
  };
};
