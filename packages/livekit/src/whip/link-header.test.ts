import { expect, test } from 'vitest';
import { iceServersOf } from './link-header.ts';

test('headers of RFC 9725 §4.6 are servers, whatever is between them', () => {
  const header = [
    '<stun:stun.example.net>; rel="ice-server"',
    '<https://example.net/help>; rel="help"',
    '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="my, \\"password\\""; credential-type="password"',
    '<turns:turn.example.net:5349%3Ftransport=tcp>; rel=ice-server; username=u; credential=c',
  ].join(', ');
  expect(iceServersOf(header)).toEqual([
    { urls: ['stun:stun.example.net'], username: '', credential: '' },
    {
      ...{ urls: ['turn:turn.example.net?transport=udp'], username: 'user' },
      credential: 'my, "password"',
    },
    { urls: ['turns:turn.example.net:5349?transport=tcp'], username: 'u', credential: 'c' },
  ]);
});

test.each([null, '', 'turn:a', '<http://a>; rel="ice-server"'])('no server: %s', (header) => {
  expect(iceServersOf(header)).toEqual([]);
});
