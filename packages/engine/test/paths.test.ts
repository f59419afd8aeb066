/** Media over each path to a server on this host, and the reason if a path fails. */

import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LiveKitConfig,
  type LiveKitServer,
  OFFERED_PATHS,
  type OfferedPath,
  startLiveKit,
} from '@livekit-swarm/lab';
import { trustAuthorities } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { AUDIO, openTestRoom, seconds, tracksOf, until } from './support/test-room.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-paths-'));
afterAll(() => rm(dir, { recursive: true, force: true }));

const serve = (name: string, offers: Iterable<OfferedPath>, config: LiveKitConfig = {}) =>
  startLiveKit({ dir: join(dir, name), offers: new Set(offers), config });

describe('a server that offers every path', () => {
  let server: LiveKitServer;
  beforeAll(async () => {
    server = await serve('all', OFFERED_PATHS);
    trustAuthorities(server.authority);
  }, 60_000);
  afterAll(() => server?.stop());

  test.for<[path: MediaPath, used: MediaPath, local: string, protocol: string]>([
    ['direct', 'direct', 'host', 'udp'],
    ['ice-tcp', 'ice-tcp', 'host', 'tcp'],
    ['turn-udp', 'turn-udp', 'relay', 'udp'],
    ['turn-tcp', 'turn-tcp', 'relay', 'udp'],
    ['turn-tls', 'turn-tls', 'relay', 'udp'],
    ['auto', 'direct', 'host', 'udp'],
  ])('%s', async ([path, used, localCandidate, protocol]) => {
    await using room = openTestRoom({ target: server, signalling: 'auto' });
    await room.join({ publish: [AUDIO], path }, { publish: [AUDIO], path });
    expect(room.of('join_failed')).toEqual([]);
    await until('both receive media', () => room.of('first_media').length === 2);
    await seconds(3);
    const lines = await room.leave();
    for (const line of lines) {
      expect(line.selectedPair).toMatchObject({ path: used, localCandidate, protocol });
      const { allocationMs } = line.selectedPair ?? {};
      if (localCandidate === 'relay') expect(allocationMs).toBeGreaterThan(0);
      else expect(allocationMs).toBeUndefined();
      const [audio] = tracksOf(line, { direction: 'down', kind: 'audio' });
      expect(audio?.packets).toBeGreaterThan(100);
      expect(audio?.lost).toBe(0);
    }
  });

  test('an impaired network in front of a relay', async () => {
    await using room = openTestRoom({ target: server, signalling: 'auto' });
    const link = {
      loss: 0,
      burst: 1,
      delayMs: 100,
      jitterMs: 0,
      reorder: 0,
      rateBps: null,
      queueMs: 0,
    };
    await room.join(
      { publish: [AUDIO], path: 'turn-udp', network: { up: link, down: link } },
      { path: 'ice-tcp' },
    );
    await until('media is received', () => room.of('first_media').length === 1);
    await seconds(3);
    const [, receiver] = await room.leave();
    const [audio] = tracksOf(receiver, { direction: 'down', kind: 'audio' });
    expect(audio?.latencyP50Ms).toBeGreaterThan(98);
    expect(audio?.latencyP50Ms).toBeLessThan(115);
  });
});

/** Reason and message of a join that fails on this path. */
const refusalOf = async (server: LiveKitServer, path: MediaPath) => {
  await using room = openTestRoom({ target: server, signalling: 'auto', joinTimeoutMs: 12_000 });
  await room.join({ publish: [AUDIO], path });
  const [failed] = room.of('join_failed');
  return { reason: failed?.reason, message: failed?.message };
};

describe('a path that leads nowhere', () => {
  test.for<MediaPath>(['ice-tcp', 'turn-udp', 'turn-tcp', 'turn-tls'])(
    '%s is not offered',
    async (path) => {
      await using server = await serve(`none-${path}`, []);
      const { reason } = await refusalOf(server, path);
      expect(reason).toBe(path === 'ice-tcp' ? 'ice_tcp_not_offered' : 'turn_not_offered');
    },
  );

  test('the certificate of the TURN server is of an authority that is not trusted', async () => {
    await using server = await serve('tls', ['turn-tls']);
    expect(await refusalOf(server, 'turn-tls')).toMatchObject({
      reason: 'turn_tls',
      // Another lab's authority has the same name, and is trusted by then.
      message: expect.stringMatching(/UnknownIssuer|BadSignature/),
    });
  });

  test.for<[path: MediaPath, reason: string]>([
    ['turn-udp', 'turn_no_answer'],
    ['turn-tcp', 'turn_refused'],
  ])("no process listens on the TURN server's port: %s", async ([path, reason]) => {
    await using server = await serve(`gone-${path}`, [path as OfferedPath]);
    // Port of the discard service, which does not run.
    vi.stubEnv('SWARM_TURN', '127.0.0.1:9');
    expect((await refusalOf(server, path)).reason).toBe(reason);
    vi.unstubAllEnvs();
  });

  test('the TURN server does not relay to private addresses', async () => {
    await using server = await serve('private', ['turn-udp'], {
      turn: { allow_restricted_peer_cidrs: ['192.0.2.0/24'] },
    });
    expect(await refusalOf(server, 'turn-udp')).toMatchObject({
      reason: 'turn_peer_refused',
      message: expect.stringMatching(/does not relay to the node/),
    });
  });
});
