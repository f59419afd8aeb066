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

/** Fixed, so that a failure is that of the change under test. */
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

describe('what a server sends on the signal connection', () => {
  it('is one message, nothing, or a documented failure: any bytes', async () => {
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

  it('arrives as it was sent', async () => {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    const { receive } = await connect(server);
    await fc.assert(
      fc.asyncProperty(
        responses.filter(({ message }) => message.case !== 'pongResp'),
        async (sent) => {
          const { messages } = await receive(sent.toBinary());
          // Bytes arrive as another kind of array; written out, they are the same.
          expect(messages.map((message) => new SignalResponse({ message }).toBinary())).toEqual([
            sent.toBinary(),
          ]);
        },
      ),
      { numRuns: 60, seed: SEED },
    );
    server.close();
  });

  it('is known by its first bytes', () => {
    fc.assert(
      fc.property(responses, (sent) => {
        expect(responseCase(sent.toBinary())).toBe(sent.message.case);
      }),
      { numRuns: 200, seed: SEED },
    );
  });

  it('never breaks a session that has joined, and costs it little', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(responses, { minLength: 1, maxLength: 5 }), async (sent) => {
        const { server, session, clock } = await joined();
        const start = process.threadCpuUsage();
        for (const { message } of sent) server.connections.at(-1)?.tell(message);
        await clock.advanceAsync(60_000);
        const { user, system } = process.threadCpuUsage(start);
        expect((user + system) / 1_000).toBeLessThan(1_000);
        await session.leave();
      }),
      { numRuns: 80, seed: SEED },
    );
  });
});

describe('what a participant sends', () => {
  it('reads as it was meant', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(SignalRequest.fromBinary(request.toBinary())).toEqual(request);
      }),
      { numRuns: 200, seed: SEED },
    );
  });
});
