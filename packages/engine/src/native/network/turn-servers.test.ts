import { describe, expect, it } from 'vitest';
import { readTurnAddress, turnServers } from './turn-servers.ts';

const offered = [
  {
    urls: [
      'turn:192.0.2.1:3478?transport=udp',
      'turns:turn.example.com:443?transport=tcp',
      'turn:192.0.2.1?transport=tcp',
      'turn:[2001:db8::1]:3479',
      'turns:turn.example.com?transport=udp',
      'stun:192.0.2.1:3478',
    ],
    username: 'user',
    credential: 'secret',
  },
  { urls: ['turn:192.0.2.9:3478'], username: '', credential: '' },
];

describe('turnServers', () => {
  it('lists the servers of a path, and fills in what livekit-server and coturn leave out', () => {
    const of = (path: Parameters<typeof turnServers>[1]) =>
      turnServers(offered, path).map(({ path: own, host, port }) => `${own} ${host} ${port}`);
    expect(of('turn-udp')).toEqual(['turn-udp 192.0.2.1 3478', 'turn-udp 2001:db8::1 3479']);
    expect(of('turn-tcp')).toEqual(['turn-tcp 192.0.2.1 3478']);
    expect(of('turn-tls')).toEqual(['turn-tls turn.example.com 443']);
    expect(of('auto')).toHaveLength(4);
    expect(of('ice-tcp')).toEqual([]);
  });

  it('lists at most two servers of a path', () => {
    const urls = [1, 2, 3].map((host) => `turn:192.0.2.${host}:3478?transport=udp`);
    const many = [{ urls, username: 'user', credential: 'secret' }];
    expect(turnServers(many, 'turn-udp').map(({ host }) => host)).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ]);
  });

  it('replaces the address, and keeps the name', () => {
    const [server] = turnServers(offered, 'turn-tls', readTurnAddress('127.0.0.1:5349'));
    expect(server).toMatchObject({ host: '127.0.0.1', port: 5349, domain: 'turn.example.com' });
    // All servers have the same address, and one allocation is enough.
    expect(turnServers(offered, 'turn-udp', readTurnAddress('127.0.0.1:3478'))).toHaveLength(1);
  });
});

describe('readTurnAddress', () => {
  it('reads IPv6 in brackets', () => {
    expect(readTurnAddress('[::1]:5349')).toEqual({ host: '::1', port: 5349 });
  });

  it.each(['127.0.0.1', '::1:5349', ':5349', 'a:99999'])('rejects %s', (text) => {
    expect(() => readTurnAddress(text)).toThrow('not an address');
  });
});
