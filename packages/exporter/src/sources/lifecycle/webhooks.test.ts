import { createHash } from 'node:crypto';
import { LIFECYCLE_METRICS } from '@livekit-swarm/catalogue';
import { collect, countSeries, registerFamily } from '@livekit-swarm/catalogue/registry';
import { Hono } from 'hono';
import { AccessToken } from 'livekit-server-sdk';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, it } from 'vitest';
import { createWebhooks } from './webhooks.ts';

const SECRET = 'a-secret-only-this-test-knows-of-32-bytes';
const NOW = Date.UTC(2026, 10, 21, 12);
const target = {
  name: 'prod',
  apiKey: 'key',
  apiSecret: SECRET,
};

let registry: Registry;
let app: Hono;
beforeEach(() => {
  registry = new Registry();
  const metrics = registerFamily(registry, LIFECYCLE_METRICS);
  const { routes, admit } = createWebhooks([target], metrics, () => NOW);
  app = new Hono().use('/webhook/:target', admit).route('/', routes);
});

const sign = async (
  body: string,
  apiKey = 'key',
  secret = SECRET,
  ttl: string | number = 60,
): Promise<string> => {
  const token = new AccessToken(apiKey, secret, { ttl });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return token.toJwt();
};

it('accepts a second key while keys are rotated', async () => {
  const metrics = registerFamily(new Registry(), LIFECYCLE_METRICS);
  const previousKey = { apiKey: 'old', apiSecret: `${SECRET}-before` };
  const { routes, admit } = createWebhooks([{ ...target, previousKey }], metrics, () => NOW);
  const both = new Hono().use('/webhook/:target', admit).route('/', routes);
  const body = JSON.stringify({ id: 'EV_1', createdAt: `${NOW / 1_000}`, event: 'room_started' });
  const statusOf = async (authorization: string): Promise<number> =>
    (await both.request('/webhook/prod', { method: 'POST', body, headers: { authorization } }))
      .status;
  expect(await statusOf(await sign(body))).toBe(200);
  expect(await statusOf(await sign(body, 'old', previousKey.apiSecret))).toBe(200);
  expect(await statusOf(await sign(body, 'old', SECRET))).toBe(401);
});

it('rejects a forged signature, and the token of a participant, before it reads a body', async () => {
  const metrics = registerFamily(new Registry(), LIFECYCLE_METRICS);
  const { admit } = createWebhooks([target], metrics, () => NOW);
  const front = new Hono().use('/webhook/:target', admit);
  front.post('/webhook/:target', (c) => c.text('the body is read', 202));
  const ofParticipant = await new AccessToken('key', SECRET, { identity: 'p' }).toJwt();
  for (const [authorization, status] of [
    [await sign('x', 'key', 'another-secret-of-32-bytes-or-more!'), 401],
    [await sign('x', 'other'), 401],
    [ofParticipant, 401],
    ['no token', 401],
    [await sign('x'), 202],
  ] as const) {
    const answer = await front.request('/webhook/prod', {
      method: 'POST',
      headers: { authorization },
    });
    expect(answer.status).toBe(status);
  }
});

const send = async (
  event: Record<string, unknown>,
  headers?: Record<string, string>,
  to = 'prod',
): Promise<number> => {
  const body = JSON.stringify({ id: `EV_${Math.random()}`, createdAt: `${NOW / 1_000}`, ...event });
  const response = await app.request(`/webhook/${to}`, {
    method: 'POST',
    body,
    headers: headers ?? { authorization: await sign(body) },
  });
  return response.status;
};

/** Value of a metric: the sum of its series, 0 without any. */
const figure = async (name: string, labels: Record<string, string>): Promise<number> =>
  (await collect(registry))
    .flatMap((metric) =>
      metric.values.map((value) => ({ ...value, of: value.metricName ?? metric.name })),
    )
    .filter(
      (value) =>
        value.of === name &&
        Object.entries(labels).every(([label, wanted]) => value.labels[label] === wanted),
    )
    .reduce((sum, { value }) => sum + value, 0);

describe('a signed webhook', () => {
  it.each(['COMPLETE', 'FAILED', 'ABORTED', 'LIMIT_REACHED'])(
    'counts an egress that ended as %s',
    async (status) => {
      const ended = { event: 'egress_ended', egressInfo: { status: `EGRESS_${status}` } };
      expect(await send(ended)).toBe(200);
      expect(await figure('livekit_swarm_lifecycle_egress_ended_total', {})).toBe(1);
      const labels = { status: status.toLowerCase() };
      expect(await figure('livekit_swarm_lifecycle_egress_ended_total', labels)).toBe(1);
    },
  );

  it('counts rooms, sessions and tracks', async () => {
    expect(await send({ event: 'room_started', room: { name: 'a' } })).toBe(200);
    expect(await send({ event: 'participant_joined', participant: { identity: 'p' } })).toBe(200);
    expect(
      await send({ event: 'track_published', track: { type: 'VIDEO', source: 'SCREEN_SHARE' } }),
    ).toBe(200);
    const joinedAt = `${NOW / 1_000 - 90}`;
    expect(
      await send({
        event: 'participant_left',
        participant: { joinedAt, disconnectReason: 'CLIENT_INITIATED' },
      }),
    ).toBe(200);
    expect(
      await send({ event: 'room_finished', room: { name: 'a', creationTime: joinedAt } }),
    ).toBe(200);

    expect(await figure('livekit_swarm_lifecycle_room_starts_total', { target: 'prod' })).toBe(1);
    expect(
      await figure('livekit_swarm_lifecycle_participant_leaves_total', {
        target: 'prod',
        reason: 'client_initiated',
      }),
    ).toBe(1);
    expect(
      await figure('livekit_swarm_lifecycle_tracks_published_total', {
        kind: 'video',
        source: 'screen_share',
      }),
    ).toBe(1);
    expect(
      await figure('livekit_swarm_lifecycle_participant_duration_seconds_sum', { target: 'prod' }),
    ).toBe(90);
    expect(
      await figure('livekit_swarm_lifecycle_room_duration_seconds_sum', { target: 'prod' }),
    ).toBe(90);
  });

  it('counts participants that left without a start, but no duration since 1970', async () => {
    expect(await send({ event: 'participant_left', participant: { identity: 'p' } })).toBe(200);
    expect(await send({ event: 'participant_left' })).toBe(200);
    expect(await send({ event: 'room_finished', room: { name: 'a', creationTime: '0' } })).toBe(
      200,
    );
    expect(
      await figure('livekit_swarm_lifecycle_participant_leaves_total', { target: 'prod' }),
    ).toBe(2);
    expect(await figure('livekit_swarm_lifecycle_participant_duration_seconds_count', {})).toBe(0);
    expect(await figure('livekit_swarm_lifecycle_room_duration_seconds_count', {})).toBe(0);
  });

  it('causes no series by unknown names of events', async () => {
    for (let number = 0; number < 50; number++) await send({ event: `invented_${number}` });
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_total', { target: 'prod', event: 'other' }),
    ).toBe(50);
    expect(countSeries(await collect(registry))).toBeLessThan(60);
  });

  it('counts once if it is sent several times', async () => {
    const same = { id: 'EV_same', event: 'room_started', room: { name: 'a' } };
    expect(await send(same)).toBe(200);
    expect(await send(same)).toBe(200);
    expect(await figure('livekit_swarm_lifecycle_room_starts_total', { target: 'prod' })).toBe(1);
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', { reason: 'replay' }),
    ).toBe(1);
  });
});

describe('rejects and counts', () => {
  it.each<[string, () => Promise<Record<string, string>>]>([
    ['no signature', async () => ({})],
    [
      'a token of another key',
      async () => ({ authorization: await sign('{}', 'other', SECRET.toUpperCase()) }),
    ],
    ['garbage for a token', async () => ({ authorization: 'eyJhbGciOi' })],
  ])('%s', async (_, headers) => {
    expect(await send({ event: 'room_started' }, await headers())).toBe(401);
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', {
        target: 'prod',
        reason: 'signature',
      }),
    ).toBe(1);
    expect(await figure('livekit_swarm_lifecycle_room_starts_total', { target: 'prod' })).toBe(0);
  });

  it('a token that is not valid now, as a reason of its own', async () => {
    const body = JSON.stringify({ event: 'room_started' });
    const headers = { authorization: await sign(body, 'key', SECRET, '-1m') };
    expect((await app.request('/webhook/prod', { method: 'POST', body, headers })).status).toBe(
      401,
    );
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', { reason: 'expired' }),
    ).toBe(1);
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', { reason: 'signature' }),
    ).toBe(0);
  });

  it.each([
    ['unknown target', '/webhook/staging', { authorization: 'x' }, 404],
    ['no signature', '/webhook/prod', {}, 401],
  ])('%s, before its body is received', async (_, path, headers, status) => {
    let pulled = 0;
    const body = new ReadableStream({
      pull: (controller) => {
        pulled++;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    const request = { method: 'POST', headers: headers as Record<string, string>, body };
    const response = await app.request(path, { ...request, duplex: 'half' } as RequestInit);
    expect(response.status).toBe(status);
    expect(pulled).toBeLessThanOrEqual(1);
  });

  it('a body other than the one that was signed', async () => {
    expect(
      await send(
        { event: 'room_started' },
        { authorization: await sign('{"event":"room_finished"}') },
      ),
    ).toBe(401);
  });

  it.each(['hello', 'null', '[]', '"word"', '{"id":5,"createdAt":"noon"}', '{"createdAt":"1"}'])(
    'a signed body that is not an event: %s',
    async (body) => {
      const headers = { authorization: await sign(body) };
      expect((await app.request('/webhook/prod', { method: 'POST', body, headers })).status).toBe(
        400,
      );
      expect(
        await figure('livekit_swarm_lifecycle_webhooks_rejected_total', {
          target: 'prod',
          reason: 'malformed',
        }),
      ).toBe(1);
    },
  );

  it('a body that is too large, before it is read', async () => {
    expect(await send({ event: 'room_started', room: { metadata: 'x'.repeat(300_000) } })).toBe(
      413,
    );
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', { reason: 'too_large' }),
    ).toBe(1);
  });

  it('an old webhook that is replayed', async () => {
    expect(await send({ event: 'room_started', createdAt: `${NOW / 1_000 - 3_600}` })).toBe(400);
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', { reason: 'stale' }),
    ).toBe(1);
  });

  it('a target that is not configured, without a series for it', async () => {
    expect(await send({ event: 'room_started' }, undefined, 'staging')).toBe(404);
    expect(
      await figure('livekit_swarm_lifecycle_webhooks_rejected_total', {
        target: '',
        reason: 'unknown_target',
      }),
    ).toBe(1);
  });
});
