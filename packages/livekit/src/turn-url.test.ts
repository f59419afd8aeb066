import { expect, it } from 'vitest';
import { parseTurnUrl } from './turn-url.ts';

it.each([
  ['turn:192.0.2.1:443?transport=udp', ['192.0.2.1', 443, 'udp']],
  ['turn:turn.example.com', ['turn.example.com', 3478, 'udp']],
  ['turn:turn.example.com?transport=tcp', ['turn.example.com', 3478, 'tcp']],
  ['TURN:turn.example.com?transport=TCP', ['turn.example.com', 3478, 'tcp']],
  ['turns:turn.example.com', ['turn.example.com', 5349, 'tls']],
  ['turns:[2001:db8::1]:443?transport=tcp', ['2001:db8::1', 443, 'tls']],
] as const)('reads %s', (url, [host, port, transport]) => {
  expect(parseTurnUrl(url)).toEqual({ url, host, port, transport });
});

it.each([
  'stun:192.0.2.1',
  'turns:turn.example.com?transport=udp',
  'turn:turn.example.com?transport=sctp',
  'https://turn.example.com',
])('refuses %s', (url) => {
  expect(parseTurnUrl(url)).toBeNull();
});
