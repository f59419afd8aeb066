import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Attach } from '@kubernetes/client-node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HELPER_PROTOCOL, type HelperRequest } from '../../../pod-helper/protocol.ts';
import { connectHelper } from './helper-connection.ts';

const POD = { namespace: 'helpers', pod: 'swarm-helper-a-0-x', host: 'm1' };

/** A helper behind `kubectl attach`, whose connection can be cut. */
const helperPod = (protocol = HELPER_PROTOCOL) => {
  const received: HelperRequest[] = [];
  const cuts: (() => void)[] = [];
  const attach: Attach['attach'] = async (_namespace, _pod, _container, stdout, _stderr, stdin) => {
    const output: Writable = stdout;
    const input: Readable = stdin;
    createInterface({ input }).on('line', (line) => {
      const request: HelperRequest = JSON.parse(line);
      received.push(request);
      if (request.op === 'heartbeat') return;
      const found = request.op === 'find' ? 'runs' : null;
      const reply = JSON.stringify({ reply: request.request, protocol, why: null, found });
      // A line may arrive in pieces, and after those of other processes.
      output.write(`{"reply":"other","protocol":1,"why":null,"found":null}\n${reply.slice(0, 5)}`);
      output.write(`${reply.slice(5)}\n`);
    });
    const socket = { onclose: () => {}, onerror: () => {}, close: () => {} };
    cuts.push(() => socket.onclose());
    return socket as never;
  };
  return { attach: { attach }, received, cuts };
};

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'setTimeout', 'clearTimeout', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a connection to a helper', () => {
  it('gets the reply to its own question, and sends heartbeats', async () => {
    const { attach, received } = helperPod();
    const helper = await connectHelper(attach, POD, true);
    expect(await helper.ask({ op: 'find', id: 'abcd1234', pod: 'livekit-0' })).toMatchObject({
      found: 'runs',
    });
    await vi.advanceTimersByTimeAsync(9_000);
    helper.close();
    await vi.advanceTimersByTimeAsync(9_000);
    expect(received.map(({ op }) => op)).toEqual(['hello', 'find', 'heartbeat', 'heartbeat']);
  });

  it('is opened again when it was lost', async () => {
    const { attach, cuts } = helperPod();
    const helper = await connectHelper(attach, POD, true);
    cuts[0]?.();
    expect((await helper.ask({ op: 'undo', id: 'abcd1234' })).why).toBeNull();
    expect(cuts).toHaveLength(2);
    helper.close();
  });

  it('of a rollback sends no heartbeats: the helper of a killed drill ends', async () => {
    const { attach, received } = helperPod();
    const helper = await connectHelper(attach, POD, false);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(received.map(({ op }) => op)).toEqual(['hello']);
    helper.close();
  });

  it('is refused for a helper of another version', async () => {
    await expect(connectHelper(helperPod(2).attach, POD, true)).rejects.toMatchObject({
      code: 'fault_unavailable',
      message: expect.stringContaining('another version of swarm'),
    });
  });

  it('reports a pod that cannot be attached to, with the reason', async () => {
    const attach = { attach: () => Promise.reject(new Error('pods "x" not found')) };
    const connected = connectHelper(attach, POD, false).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await connected).toMatchObject({
      code: 'unreachable',
      message: 'the helper on m1 does not answer: pods "x" not found',
    });
  });
});
