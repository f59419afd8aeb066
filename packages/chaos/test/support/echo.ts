import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Component } from '../../src/targets/platform.ts';

/**
 * Component that echoes every datagram, and a client that measures the effect of a network on
 * packets.
 */
export interface Echo extends AsyncDisposable {
  /** Component that echoes. */
  member: Component;
  /**
   * Sends `count` numbered packets, `atOnce` together and `everyMs` apart, and waits for the
   * echoes.
   */
  talk(
    count: number,
    options?: { everyMs?: number; atOnce?: number; bytes?: number; waitMs?: number },
  ): Promise<Talk>;
}

export interface Talk {
  /** Numbers of the packets, in the order in which the component received them. */
  arrived: number[];
  /** Round-trip times of the echoes, ms. */
  roundTrips: number[];
  /** Time from the first to the last received packet, ms. */
  tookMs: number;
}

const bound = async (): Promise<Socket> => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
};

/** @param elsewhere port of another process that echoes. Default: this one does */
export const startEcho = async (elsewhere?: number): Promise<Echo> => {
  const [server, client] = await Promise.all([bound(), bound()]);
  const port = elsewhere ?? server.address().port;
  let arrived: { number: number; at: number }[] = [];
  let back: number[] = [];
  let sentAt = new Map<number, number>();
  server.on('message', (message, from) => {
    arrived.push({ number: message.readUInt32BE(0), at: performance.now() });
    server.send(message, from.port, from.address);
  });
  client.on('message', (message) => {
    const at = sentAt.get(message.readUInt32BE(0));
    if (at !== undefined) back.push(performance.now() - at);
  });
  return {
    member: {
      name: 'echo',
      kind: 'turn',
      nodeId: null,
      instance: null,
      ports: { address: '127.0.0.1', udp: [port, port], tcp: [] },
    },
    talk: async (count, { everyMs = 2, atOnce = 1, bytes = 100, waitMs = 300 } = {}) => {
      arrived = [];
      back = [];
      sentAt = new Map();
      for (let number = 0; number < count; number++) {
        const message = Buffer.alloc(bytes);
        message.writeUInt32BE(number);
        sentAt.set(number, performance.now());
        client.send(message, port, '127.0.0.1');
        if (everyMs > 0 && number % atOnce === atOnce - 1) await sleep(everyMs);
      }
      await sleep(waitMs);
      const [first, last] = [arrived.at(0), arrived.at(-1)];
      return {
        arrived: arrived.map(({ number }) => number),
        roundTrips: back,
        tookMs: first === undefined || last === undefined ? 0 : last.at - first.at,
      };
    },
    [Symbol.asyncDispose]: async () => {
      server.close();
      client.close();
    },
  };
};

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
