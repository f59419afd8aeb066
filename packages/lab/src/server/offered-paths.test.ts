import { expect, test } from 'vitest';
import { NO_PATHS, pathConfig } from './offered-paths.ts';

test('offers no path by default, and listens on loopback where the server allows it', () => {
  expect(pathConfig(NO_PATHS, '127.0.0.1', '1.13.4')).toEqual({});
  expect(pathConfig({ iceTcpPort: 1, turnPort: 2 }, '127.0.0.1', '1.13.4')).toEqual({
    rtc: { tcp_port: 1 },
    turn: {
      enabled: true,
      udp_port: 2,
      bind_addresses: ['127.0.0.1'],
      allow_restricted_peer_cidrs: ['127.0.0.0/8'],
    },
  });
});

test('writes no key that 1.11 rejects', () => {
  expect(pathConfig({ iceTcpPort: null, turnPort: 2 }, '127.0.0.1', '1.11.0')).toEqual({
    turn: { enabled: true, udp_port: 2, bind_addresses: ['127.0.0.1'] },
  });
});
