import type { Failure } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import { describe, expect, it, vi } from 'vitest';
import { PeerPaths } from './peer-paths.ts';

const PASSIVE = 'candidate:1 1 tcp 1 127.0.0.1 7881 typ host tcptype passive';
const UDP = 'candidate:1 1 udp 1 127.0.0.1 7882 typ host';
const TURN = [
  { urls: ['turn:127.0.0.1:3478?transport=udp'], username: 'user', credential: 'secret' },
];

const pathsOf = (path: MediaPath, isWithoutUdp = false) => {
  const connectStream = vi.fn();
  const addRelay = vi.fn();
  const abandonPaths = vi.fn();
  const failed: Failure[] = [];
  const paths = new PeerPaths({
    pump: { connectStream, addRelay, abandonPaths },
    route: { resolve: async (host) => [{ address: host, family: 4 }] },
    path,
    turn: null,
    isWithoutUdp: () => isWithoutUdp,
    onFailed: (_, failure) => failed.push(failure),
  });
  paths.open(1);
  return { paths, connectStream, addRelay, abandonPaths, failed };
};

const REFUSED = {
  path: 'turn-udp',
  server: '127.0.0.1:3478',
  message: 'error 401',
  code: 'turn_unauthorized',
} as const;

describe('the paths of a peer', () => {
  it('connects to passive TCP candidates only if the path uses TCP', () => {
    for (const [path, calls] of [
      ['ice-tcp', 1],
      ['auto', 1],
      ['direct', 0],
      ['turn-udp', 0],
    ] as const) {
      const { paths, connectStream } = pathsOf(path);
      paths.onCandidate(1, PASSIVE);
      paths.onCandidate(1, PASSIVE.replace('passive', 'active'));
      expect(connectStream.mock.calls).toHaveLength(calls);
      paths.close(1);
    }
  });

  it('allocates again at an ICE restart, with the latest credentials of the server', async () => {
    const { paths, addRelay, abandonPaths } = pathsOf('turn-udp');
    paths.offered(TURN);
    await vi.waitFor(() => expect(addRelay).toHaveBeenCalledTimes(1));
    paths.offered(TURN.map((server) => ({ ...server, credential: 'another' })));
    paths.changeAddress();
    expect(abandonPaths.mock.calls).toEqual([[1]]);
    paths.described(1);
    paths.described(1);
    await vi.waitFor(() => expect(addRelay).toHaveBeenCalledTimes(2));
    expect(addRelay.mock.calls[1]?.[1]).toMatchObject({ password: 'another' });
    const tcp = pathsOf('ice-tcp');
    for (let restart = 0; restart < 5; restart++) {
      tcp.paths.described(1);
      tcp.paths.onCandidate(1, PASSIVE);
    }
    expect(tcp.connectStream).toHaveBeenCalledTimes(5);
  });

  it('allocates once the server has named its TURN servers, also for later peers', async () => {
    const { paths, addRelay } = pathsOf('turn-udp');
    paths.offered(TURN);
    paths.open(2);
    await vi.waitFor(() => expect(addRelay).toHaveBeenCalledTimes(2));
    expect(addRelay.mock.calls[0]?.[1]).toMatchObject({
      address: '127.0.0.1:3478',
      username: 'user',
      password: 'secret',
    });
  });

  it('fails a peer when its only path has ended, unless it is connected', async () => {
    for (const connected of [false, true]) {
      const { paths, addRelay, failed } = pathsOf('turn-udp');
      paths.offered(TURN);
      await vi.waitFor(() => expect(addRelay).toHaveBeenCalled());
      if (connected) paths.onConnected(1);
      paths.onFailed(1, { ...REFUSED, ended: true });
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(failed.map(({ reason }) => reason)).toEqual(connected ? [] : ['turn_unauthorized']);
    }
  });

  it('leaves the choice to ICE with auto, and reports the failure at a timeout', async () => {
    const { paths, failed } = pathsOf('auto');
    paths.offered([]);
    paths.onFailed(1, { ...REFUSED, ended: true });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(failed).toEqual([]);
    expect(paths.lastFailure?.reason).toBe('turn_unauthorized');
  });

  it('fails with auto once TCP has ended at a server without UDP', async () => {
    for (const endsFirst of [false, true]) {
      const { paths, failed } = pathsOf('auto', true);
      paths.offered([]);
      paths.onCandidate(1, PASSIVE);
      const refused = { path: 'ice-tcp', server: '127.0.0.1:7881', message: 'refused' } as const;
      const ending = (): void =>
        paths.onFailed(1, { ...refused, code: 'tcp_refused', ended: true });
      if (endsFirst) paths.candidatesEnded(1);
      ending();
      if (!endsFirst) paths.candidatesEnded(1);
      await vi.waitFor(() => expect(failed[0]?.reason).toBe('ice_tcp_refused'));
    }
  });

  it('fails at the end of the candidates if none belongs to the path', () => {
    const { paths, failed } = pathsOf('ice-tcp');
    paths.onCandidate(1, UDP);
    paths.candidatesEnded(1);
    expect(failed.map(({ reason }) => reason)).toEqual(['ice_tcp_not_offered']);
  });

  it('reports a path that the server does not offer', async () => {
    vi.useFakeTimers();
    const turn = pathsOf('turn-tls');
    turn.paths.offered(TURN);
    const tcp = pathsOf('ice-tcp');
    tcp.paths.onCandidate(1, UDP);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(turn.failed.map(({ reason }) => reason)).toEqual(['turn_not_offered']);
    expect(tcp.failed.map(({ reason }) => reason)).toEqual(['ice_tcp_not_offered']);
    vi.useRealTimers();
  });
});
