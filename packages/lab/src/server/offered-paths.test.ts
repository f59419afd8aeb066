import { expect, test } from 'vitest';
import { isAtLeast, NO_PATHS, pathConfig } from './offered-paths.ts';

test.each([
  ['1.13.4', true],
  ['v1.12.0', true],
  ['1.11.0', false],
  ['2.0.1', true],
  ['built here', true],
])('%s is at least 1.12: %s', (version, expected) => {
  expect(isAtLeast(version, 1, 12)).toBe(expected);
});

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
