import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collect } from '@livekit-swarm/catalogue/registry';
import { afterEach, expect, it, vi } from 'vitest';
import { createLifecycleSource } from './lifecycle-source.ts';
import type { LifecycleTarget } from './lifecycle-target.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/**
 * Start a server that responds to every call of the API with an empty message (an empty protobuf
 * has no rooms), or with a failure.
 */
const deployment = async (name: string, answers: () => boolean): Promise<LifecycleTarget> => {
  const server = createServer((_request, response) => {
    response.writeHead(answers() ? 200 : 503, { 'content-type': 'application/json' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const keys = { apiKey: 'key', apiSecret: 'a secret of thirty-two characters' };
  return {
    deployment: { name, ...keys },
    httpUrl: `http://127.0.0.1:${port}`,
    redisUrl: null,
    intervalMs: 20,
    metering: null,
  };
};

/** Collect the states that a source reports about itself over the next polls of its targets. */
const saidBy = async (
  targets: readonly LifecycleTarget[],
  meanwhile: (said: boolean[]) => Promise<void>,
): Promise<void> => {
  const said: boolean[] = [];
  const context = { error: () => {}, log: () => {}, up: (works: boolean) => void said.push(works) };
  const source = createLifecycleSource(targets, context);
  await source.start();
  try {
    await meanwhile(said);
  } finally {
    await source.stop();
  }
};

/** Wait until the last states are all equal. They are of all targets in turn. */
const settlesAt = (said: boolean[], works: boolean): Promise<void> =>
  vi.waitFor(
    () => {
      expect(said.length).toBeGreaterThan(10);
      expect(new Set(said.slice(-8))).toEqual(new Set([works]));
    },
    { timeout: 10_000 },
  );

it('is up while all of its targets respond, and down while one of them does not', async () => {
  let answers = false;
  const targets = [await deployment('dead', () => answers), await deployment('well', () => true)];
  await saidBy(targets, async (said) => {
    await settlesAt(said, false);
    answers = true;
    said.length = 0;
    await settlesAt(said, true);
    answers = false;
    said.length = 0;
    await settlesAt(said, false);
  });
});

it('is down while the Redis of a target does not respond', async () => {
  const nobody = await deployment('unreachable', () => true);
  const target = {
    ...(await deployment('lab', () => true)),
    redisUrl: nobody.httpUrl?.replace('http:', 'redis:') ?? '',
  };
  await saidBy([target], async (said) => {
    await vi.waitFor(() => expect(said).toContain(false), { timeout: 10_000 });
    expect(said).not.toContain(true);
  });
});

it('signs each request with the current key of the deployment', async () => {
  const issuers: unknown[] = [];
  const server = createServer(({ headers }, response) => {
    const claims = headers.authorization?.split('.')[1] ?? '';
    issuers.push(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const target = await deployment('prod', () => true);
  const key = { ...target.deployment, apiKey: 'old' };
  await saidBy([{ ...target, deployment: key, httpUrl: `http://127.0.0.1:${port}` }], async () => {
    await vi.waitFor(() => expect(issuers).toContain('old'));
    key.apiKey = 'new';
    await vi.waitFor(() => expect(issuers.at(-1)).toBe('new'));
  });
});

it('logs the beginning and the end of an outage once each', async () => {
  let status = 200;
  /** Status for all calls of one poll, the first of which lists the rooms. */
  let statusOfLook = status;
  const server = createServer(({ url }, response) => {
    if (url?.endsWith('/ListRooms') === true) statusOfLook = status;
    response.writeHead(statusOfLook, { 'content-type': 'application/json' }).end('{}');
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const nobody = 'redis://127.0.0.1:1';
  const target = {
    ...(await deployment('prod', () => true)),
    httpUrl: `http://127.0.0.1:${port}`,
    redisUrl: nobody,
  };
  const log: string[] = [];
  const source = createLifecycleSource([target], {
    error: () => {},
    log: (line) => log.push(line),
    up: () => {},
  });
  const looks = async (more: number): Promise<void> => {
    const taken = async (): Promise<number> =>
      (await collect(source.registry))
        .find(({ name }) => name === 'livekit_swarm_lifecycle_api_duration_seconds')
        ?.values.find(
          ({ labels, metricName }) =>
            labels.call === 'list_rooms' && metricName?.endsWith('_count'),
        )?.value ?? 0;
    const before = await taken();
    await vi.waitFor(async () => expect(await taken()).toBeGreaterThanOrEqual(before + more), {
      timeout: 10_000,
    });
  };
  await source.start();
  try {
    await looks(4);
    expect(log).toEqual([expect.stringMatching(/^prod: redis: .*ECONNREFUSED/)]);
    status = 401;
    await looks(4);
    status = 200;
    await looks(4);
    expect(log.slice(1)).toEqual([
      expect.stringContaining('prod: list_rooms: the API answered 401'),
      'prod: list_rooms: is answered again',
    ]);
  } finally {
    await source.stop();
  }
});

it('does not wait for the answer of a target that hangs when it stops', async () => {
  const asked = Promise.withResolvers<void>();
  const hanging = createServer(() => asked.resolve());
  servers.push(hanging);
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
  const { port } = hanging.address() as AddressInfo;
  const target = {
    ...(await deployment('hangs', () => true)),
    httpUrl: `http://127.0.0.1:${port}`,
  };
  let saidSoFar: readonly boolean[] | null = null;
  await saidBy([target], async (said) => {
    saidSoFar = said;
    await asked.promise;
  });
  // A poll that gave up after its own time limit would have reported the target as down.
  expect(saidSoFar).toEqual([]);
  hanging.closeAllConnections();
});

it('sends no further requests to a server that fails the first one', async () => {
  const asked = new Set<string>();
  const ill = createServer((request, response) => {
    asked.add(request.url ?? '');
    response.writeHead(503).end();
  });
  servers.push(ill);
  await new Promise<void>((resolve) => ill.listen(0, '127.0.0.1', resolve));
  const { port } = ill.address() as AddressInfo;
  const target = { ...(await deployment('ill', () => true)), httpUrl: `http://127.0.0.1:${port}` };
  await saidBy([target], (said) => settlesAt(said, false));
  expect([...asked]).toEqual(['/twirp/livekit.RoomService/ListRooms']);
});

it('begins its counters at 0, and removes gauges of a target that stops responding', async () => {
  let answers = true;
  const targets = [await deployment('prod', () => answers), await deployment('well', () => true)];
  const source = createLifecycleSource(targets, { error: () => {}, log: () => {}, up: () => {} });
  const values = async (name: string): Promise<Record<string, number>> =>
    Object.fromEntries(
      ((await collect(source.registry)).find((metric) => metric.name === name)?.values ?? []).map(
        ({ labels, value }) => [labels.target, value],
      ),
    );
  expect(await values('livekit_swarm_lifecycle_room_starts_total')).toEqual({ prod: 0, well: 0 });
  expect(await values('livekit_swarm_lifecycle_participant_joins_total')).toEqual({
    prod: 0,
    well: 0,
  });
  expect(await values('livekit_swarm_lifecycle_rooms')).toEqual({});
  await source.start();
  try {
    await vi.waitFor(async () =>
      expect(await values('livekit_swarm_lifecycle_rooms')).toEqual({ prod: 0, well: 0 }),
    );
    answers = false;
    await vi.waitFor(
      async () => expect(await values('livekit_swarm_lifecycle_rooms')).toEqual({ well: 0 }),
      { timeout: 10_000 },
    );
    answers = true;
    await vi.waitFor(async () =>
      expect(await values('livekit_swarm_lifecycle_rooms')).toEqual({ prod: 0, well: 0 }),
    );
  } finally {
    await source.stop();
  }
});
