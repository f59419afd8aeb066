/** `swarm audit` finds what is planted, and nothing else. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePorts } from '@livekit-swarm/host';
import { createAuthority, startLiveKit } from '@livekit-swarm/lab';
import { signClaims } from '@livekit-swarm/livekit';
import { TokenVerifier } from 'livekit-server-sdk';
import { expect, test } from 'vitest';
import { type GatewayRequest, openFront } from '../support/front.ts';
import { HERE } from '../support/network.ts';
import { scratch } from '../support/swarm.ts';
import { credentialUntil, inTenMinutes, startTurnServer } from '../support/turn-server.ts';
import { audit } from '../support/verify.ts';

const ALL = {
  ...{ roomAdmin: true, roomList: true, roomCreate: true, roomRecord: true, ingressAdmin: true },
};

test('finds default keys, open ports, a relay into loopback, and old TLS', async () => {
  const dir = scratch();
  const { http: turnPort } = await findFreePorts('127.0.0.1', 1);
  await startTurnServer(HERE, turnPort, ['allow-loopback-peers']);
  const turn = { host: '127.0.0.1', port: turnPort, protocol: 'tcp' };
  await using server = await startLiveKit({
    dir,
    credentials: { apiKey: 'devkey', apiSecret: 'secret' },
    config: {
      development: true,
      rtc: { turn_servers: [{ ...turn, ...credentialUntil(inTenMinutes()) }] },
    },
  });
  const authority = await createAuthority(join(dir, 'front'));
  const { cert, key } = await authority.sign({
    ...{ name: 'front', subject: '/CN=front', usage: 'serverAuth' },
    ...{ names: ['IP:127.0.0.1'], days: 30 },
  });
  await using front = await openFront({
    backends: [server.ports.http],
    tls: {
      ...{ cert: readFileSync(cert), key: readFileSync(key) },
      ...{ minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
    },
  });
  const ca = join(dir, 'ca.pem');
  writeFileSync(ca, readFileSync(authority.certificate.cert));
  const url = `wss://127.0.0.1:${front.port}`;
  const ports = [server.ports.http, server.ports.metrics].flatMap((port) => [
    ...['--closed-port', String(port)],
  ]);
  const { exit, verdict, found, evidence } = await audit({ ...server, url }, '--ca', ca, ...ports);
  expect(found('unknown').flatMap(evidence)).toEqual([]);
  expect(found('error')).toEqual([
    ...['keys', 'tls-versions', 'turn-relay', 'metrics-port', 'profiler'],
  ]);
  expect(found('warning')).toEqual(['plain-beside']);
  expect([verdict, exit]).toEqual(['failed', 99]);
  expect(evidence('tls-versions')[0]).toMatch(/accepts TLSv1/);
});

test('finds a gateway that ignores expiry, and one that calls the API whatever the grants are', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const { apiKey, apiSecret } = server;
  /** It checks signatures and not times, and calls the API with a token of its own. */
  const authorize = async ({ authorization, url, body }: GatewayRequest): Promise<string> => {
    const claims = await new TokenVerifier(apiKey, apiSecret)
      // Ten years of tolerance: expired tokens pass, forged ones do not.
      .verify(authorization.replace(/^Bearer /, ''), '3650d')
      .catch(() => null);
    if (claims === null) return authorization;
    const { room, name } = JSON.parse(body === '' ? '{}' : body) as Record<string, string>;
    const video = url.includes('/twirp/') ? { ...ALL, room: room ?? name ?? '' } : claims.video;
    const exp = Math.floor(Date.now() / 1_000) + 60;
    return `Bearer ${signClaims({ iss: apiKey, sub: claims.sub, exp, video }, apiSecret)}`;
  };
  await using front = await openFront({ backends: [server.ports.http], authorize });
  const url = `ws://127.0.0.1:${front.port}`;
  const { exit, found, evidence } = await audit({ ...server, url });
  expect(found('unknown').flatMap(evidence)).toEqual([]);
  expect(found('error')).toEqual([
    ...['bad-tokens', 'room-isolation', 'api-grants', 'participant-grants'],
  ]);
  expect(exit).toBe(99);
  expect(evidence('bad-tokens')).toEqual(
    expect.arrayContaining([expect.stringMatching(/^join with an expired token: done/)]),
  );
  expect(evidence('room-isolation')).toEqual(
    expect.arrayContaining([
      'the administrator of room A: RemoveParticipant of room B: done (200)',
    ]),
  );
});
