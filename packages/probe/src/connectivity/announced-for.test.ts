import { expect, test } from 'vitest';
import { announcedFor } from './announced-for.ts';
import { CHECKED_PATHS } from './checked-path.ts';

const announced = {
  candidates: [
    { protocol: 'udp' as const, address: '192.0.2.1', port: 7882 },
    { protocol: 'udp' as const, address: '2001:db8::1', port: 7882 },
    { protocol: 'tcp' as const, address: '192.0.2.1', port: 7881 },
  ],
  // RFC 7065 §3.1: port and transport are optional.
  turnUrls: [
    'turn:192.0.2.1:3478?transport=udp',
    'turn:turn.example.com',
    'turn:turn.example.com:3478?transport=tcp',
    'turns:turn.example.com:443?transport=tcp',
  ],
};

test('assigns announced candidates and TURN URLs to their paths', () => {
  expect(CHECKED_PATHS.map((path) => announcedFor(path, announced))).toEqual([
    ['192.0.2.1:7882', '[2001:db8::1]:7882'],
    ['192.0.2.1:7881'],
    ['turn:192.0.2.1:3478?transport=udp', 'turn:turn.example.com'],
    ['turn:turn.example.com:3478?transport=tcp'],
    ['turns:turn.example.com:443?transport=tcp'],
  ]);
});
