import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { RpcResult } from './exchange-result.ts';
import { RpcCaller, type RpcCallerOptions } from './rpc-caller.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const callerOf = (call: RpcCallerOptions['call'], callees: () => string[]) => {
  const results: RpcResult[] = [];
  const called: string[] = [];
  const caller = new RpcCaller({
    rpc: { everyMs: 100, payloadBytes: 12, method: 'echo', timeoutMs: 5_000 },
    callees,
    call: (to, method, payload, timeoutMs) => {
      called.push(to);
      expect([method, payload.length, timeoutMs]).toEqual(['echo', 12, 5_000]);
      return call(to, method, payload, timeoutMs);
    },
    onResult: (result) => results.push(result),
  });
  return { caller, called, results };
};

const echo: RpcCallerOptions['call'] = (_, __, payload) => Promise.resolve(payload);

it('calls one participant after the other, from two seconds after they were seen', async () => {
  const { caller, called, results } = callerOf(echo, () => ['a', 'b']);
  caller.start();
  await vi.advanceTimersByTimeAsync(1_990);
  expect(called).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_010);
  expect(called.length).toBeGreaterThanOrEqual(9);
  expect(called.slice(0, 4)).toEqual(['a', 'b', 'a', 'b']);
  expect(results).toHaveLength(called.length);
  expect(results.every(({ ms }) => ms !== null && ms >= 0)).toBe(true);
});

it('calls at the interval, however long an answer takes', async () => {
  const { caller, called, results } = callerOf(
    (_, __, payload) => new Promise((answer) => setTimeout(answer, 1_000, payload)),
    () => ['a'],
  );
  caller.start();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(called.length).toBeGreaterThanOrEqual(29);
  expect(results[0]?.ms).toBe(1_000);
});

it('reports the code of a failure, and a wrong answer as a failure without one', async () => {
  let calls = 0;
  const { caller, results } = callerOf(
    () =>
      calls++ === 0
        ? Promise.reject(Object.assign(new Error('no method'), { code: 1400 }))
        : Promise.resolve('something else'),
    () => ['a'],
  );
  caller.start();
  await vi.advanceTimersByTimeAsync(2_400);
  expect(results.slice(0, 2)).toEqual([
    { ms: null, code: 1400 },
    { ms: null, code: 0 },
  ]);
});

it('waits for those that join later, and makes no call in an empty room', async () => {
  let present: string[] = [];
  const { caller, called } = callerOf(echo, () => present);
  caller.start();
  await vi.advanceTimersByTimeAsync(5_000);
  present = ['a'];
  caller.look();
  await vi.advanceTimersByTimeAsync(1_900);
  expect(called).toEqual([]);
  await vi.advanceTimersByTimeAsync(400);
  expect(called.length).toBeGreaterThan(0);
});

it('reports nothing after its end', async () => {
  const { caller, called, results } = callerOf(
    (_, __, payload) => new Promise((answer) => setTimeout(answer, 300, payload)),
    () => ['a'],
  );
  caller.start();
  await vi.advanceTimersByTimeAsync(2_200);
  caller.end();
  const before = called.length;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(results).toEqual([]);
  expect(called).toHaveLength(before);
});
