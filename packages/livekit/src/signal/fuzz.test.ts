import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SignalRequest, SignalResponse } from '@livekit/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { arbitraryMessage } from '../../test/support/arbitrary-message.ts';
import { fakeClock } from '../../test/support/fake-clock.ts';
import { joined } from '../../test/support/session-fixture.ts';
import type { Failure } from '../failure.ts';
import { Keepalive } from './keepalive.ts';
import { responseCase } from './message-case.ts';
import { type ResponseMessage, SignalSocket } from './signal-socket.ts';

/** Fixed seed, so that only a change of the code can make the test fail. */
const SEED = 20_261;

const responses = arbitraryMessage(SignalResponse);
const requests = arbitraryMessage(SignalRequest);

/** Any bytes, and messages with some bytes changed. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc
    .tuple(responses, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 4 }))
    .map(([message, changes]) => {
      const data = message.toBinary();
      for (const [at, byte] of changes) data[at % data.length] = byte;
      return data;
    }),
);

/** A connection to a server that sends these bytes, and the result. */
const connect = async (
  server: WebSocketServer,
): Promise<{
  receive(data: Uint8Array): Promise<{ messages: ResponseMessage[]; failure: Failure | null }>;
}> => {
  await once(server, 'listening');
  const clock = fakeClock();
  return {
    receive: (data) =>
      new Promise((resolve) => {
        const messages: ResponseMessage[] = [];
        server.once('connection', (remote) => {
          remote.on('error', () => {});
          remote.send(data);
          remote.close(1000);
        });
        new SignalSocket({
          base: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
          endpoint: '/rtc',
          token: 'token',
          clock,
          keepalive: new Keepalive(clock),
          ignored: new Set(),
          onMessage: (message) => messages.push(message),
          onEnd: (failure) => resolve({ messages, failure }),
        });
      }),
  };
};

describe('a message of the server', () => {
  it('of any bytes is one message, none, or a documented failure', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const { receive } = await connect(server);
    await fc.assert(
      fc.asyncProperty(bytes, async (data) => {
        const { messages, failure } = await receive(data);
        expect(messages.length).toBeLessThanOrEqual(1);
        expect(['bad_message', 'signal_closed']).toContain(failure?.reason);
        if (failure?.reason === 'bad_message') expect(messages).toEqual([]);
      }),
      { numRuns: 80, seed: SEED },
    );
    server.close();
  });

  it('arrives unchanged', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const { receive } = await connect(server);
    await fc.assert(
      fc.asyncProperty(
        responses.filter(({ message }) => message.case !== 'pongResp'),
        async (sent) => {
          const { messages } = await receive(sent.toBinary());
          // Received bytes have another array type; their encodings are equal.
          expect(messages.map((message) => new SignalResponse({ message }).toBinary())).toEqual([
            sent.toBinary(),
          ]);
        },
      ),
      { numRuns: 60, seed: SEED },
    );
    server.close();
  });

  it('is identified by its first bytes', () => {
    fc.assert(
      fc.property(responses, (sent) => {
        expect(responseCase(sent.toBinary())).toBe(sent.message.case);
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  it('does not break a joined session, and costs little', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(responses, { minLength: 1, maxLength: 5 }), async (sent) => {
        const { server, session, clock } = await joined();
        const start = process.threadCpuUsage();
        for (const { message } of sent) server.connections.at(-1)?.deliver(message);
        await clock.advanceAsync(60_000);
        const { user, system } = process.threadCpuUsage(start);
        expect((user + system) / 1_000).toBeLessThan(1_000);
        await session.leave();
      }),
      { numRuns: 80, seed: SEED },
    );
  });
});

describe('a message of a participant', () => {
  it('is decoded as it was encoded', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(SignalRequest.fromBinary(request.toBinary())).toEqual(request);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});
