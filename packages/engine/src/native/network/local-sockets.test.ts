import { beforeEach, expect, test, vi } from 'vitest';
import { LocalSockets } from './local-sockets.ts';

const V4 = { address: '192.0.2.9', family: 4 } as const;
const V6 = { address: '2001:db8::9', family: 6 } as const;

beforeEach(() => {
  vi.useFakeTimers();
  return () => void vi.useRealTimers();
});

/** Sockets of a peer on a host that has routes from these addresses, and the outcome. */
const socketsOn = (
  bound: string[],
  local: { 4?: string; 6?: string },
  bind = (_: string) => {},
) => {
  const seen: string[] = [];
  const sockets = new LocalSockets({
    bound,
    route: { towards: async (remote) => local[remote.includes(':') ? 6 : 4] ?? null },
    bind: (address) => {
      bind(address);
      seen.push(address);
    },
    onUnusable: (reason) => seen.push(reason),
  });
  return { sockets, seen };
};

const DUAL = { 4: '10.0.0.1', 6: 'fd00::1' };

test('the first candidate of the other family gets a socket, which all candidates of the family share', async () => {
  const { sockets, seen } = socketsOn(['10.0.0.1'], DUAL);
  sockets.onCandidate(V4);
  sockets.onCandidate(V6);
  sockets.onCandidate({ ...V6, address: '2001:db8::a' });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toEqual(['fd00::1']);
});

test('a family without a route does not matter if the other one has a route', async () => {
  const { sockets, seen } = socketsOn(['10.0.0.1'], { 4: '10.0.0.1' });
  sockets.onCandidate(V6);
  await vi.advanceTimersByTimeAsync(400);
  sockets.onCandidate(V4);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toEqual([]);
});

test('without a route to any candidate, the peer fails with no_route', async () => {
  const { sockets, seen } = socketsOn(['10.0.0.1'], { 4: '10.0.0.1' });
  sockets.onCandidate(V6);
  await vi.advanceTimersByTimeAsync(499);
  expect(seen).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(seen).toEqual(['no_route']);
});

test('a rejected socket is the reason if it was needed', async () => {
  const { sockets, seen } = socketsOn(['10.0.0.1'], DUAL, () => {
    throw new Error('too many open files');
  });
  sockets.onCandidate(V6);
  await vi.advanceTimersByTimeAsync(500);
  expect(seen).toEqual(['no_socket']);
});

test('a peer that connected or was closed stops waiting', async () => {
  for (const end of ['settle', 'close'] as const) {
    const { sockets, seen } = socketsOn(['10.0.0.1'], { 4: '10.0.0.1' });
    sockets.onCandidate(V6);
    sockets[end]();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(seen).toEqual([]);
  }
});

test('on loopback, IPv6 is used only without IPv4 candidates', async () => {
  const both = socketsOn(['127.0.0.1'], { 4: '127.0.0.1', 6: '::1' });
  both.sockets.onCandidate(V6);
  both.sockets.onCandidate(V4);
  both.sockets.onCandidate(V6);
  const alone = socketsOn(['127.0.0.1'], { 4: '127.0.0.1', 6: '::1' });
  alone.sockets.onCandidate(V6);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(both.seen).toEqual([]);
  expect(alone.seen).toEqual(['::1']);
});
