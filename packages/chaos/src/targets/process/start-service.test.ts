import { SwarmError } from '@livekit-swarm/settings';
import { expect, test, vi } from 'vitest';
import { startService } from './start-service.ts';

const ended = new SwarmError('service_ended', 'node-1 ended at once', 'read its log');

/** A service that fails to start as often as there are errors. */
const failing = (...errors: SwarmError[]) => {
  const start = vi.fn(async () => {
    const error = errors.shift();
    if (error !== undefined) throw error;
  });
  return { pid: null, start };
};

test('a service that ends at once is started again', async () => {
  const service = failing(ended);
  await startService(service, true);
  expect(service.start).toHaveBeenCalledTimes(2);
});

test('a service that ends at once is not started again when the drill was interrupted', async () => {
  const interruption = new AbortController();
  const service = failing(ended, ended, ended);
  service.start.mockImplementationOnce(async () => {
    setTimeout(() => interruption.abort(), 0);
    throw ended;
  });
  await expect(startService(service, true, interruption.signal)).rejects.toBe(ended);
  expect(service.start).toHaveBeenCalledTimes(1);
});

test('a new program that ends at once, and any other failure, is an error immediately', async () => {
  const changed = failing(ended);
  await expect(startService(changed, false)).rejects.toBe(ended);
  const slow = new SwarmError('not_ready', 'node-1 was not ready', 'read its log');
  const unready = failing(slow);
  await expect(startService(unready, true)).rejects.toBe(slow);
  expect([changed.start, unready.start].map((start) => start.mock.calls.length)).toEqual([1, 1]);
});
