import { readFile } from 'node:fs/promises';
import {
  CoordinationV1Api,
  createConfiguration,
  type RequestContext,
  ResponseContext,
  ServerConfiguration,
  wrapHttpLibrary,
} from '@kubernetes/client-node';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { LockPurpose } from './host-lock.ts';
import { lockNamespace } from './lease-lock.ts';

// Fake time affects only global timers.
vi.mock('node:timers/promises', () => ({
  setTimeout: (ms: number) => new Promise<void>((resolve) => void setTimeout(resolve, ms)),
}));
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const DRILL = 'livekit-swarm-chaos-drill';
const MINE = new RegExp(`^.+_${process.pid}_[0-9a-f]{8}$`);
/** Format of times in a Lease, as Kubernetes requires it. */
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

type Spec = Record<string, unknown>;
interface StoredLease {
  metadata: Record<string, unknown>;
  spec: Spec;
}

/** A request that does not get the usual answer: a status, or null for none. */
type Failure = (method: string, name: string) => number | null | undefined;

/**
 * Leases of a namespace, behind the real client, stored like in an API server: with a version that
 * a replacement must name. Failures can be injected at a chosen second.
 */
const clusterOf = () => {
  const leases = new Map<string, StoredLease>();
  const requests: { method: string; name: string }[] = [];
  let version = 0;
  let failure: Failure = () => undefined;
  let beforeWrite = (): void => {};

  const put = (name: string, spec: Spec, metadata: Record<string, unknown> = {}): StoredLease => {
    const resourceVersion = String(++version);
    const lease = { metadata: { ...metadata, name, resourceVersion }, spec };
    leases.set(name, lease);
    return lease;
  };

  const answer = (method: string, name: string, body: StoredLease | null): [number, unknown] => {
    requests.push({ method, name });
    const failed = failure(method, name);
    if (failed === null) throw new TypeError('fetch failed');
    if (failed !== undefined) return [failed, { message: `cannot ${method} leases` }];
    const current = leases.get(name);
    if (body === null) return current === undefined ? [404, {}] : [200, current];
    const write = beforeWrite;
    beforeWrite = () => {};
    write();
    const times = [body.spec.acquireTime, body.spec.renewTime].filter((time) => time !== undefined);
    if (!times.every((time) => MICRO_TIME.test(String(time)))) return [400, {}];
    const isCreation = method === 'POST';
    const now = leases.get(name);
    if (!isCreation && now === undefined) return [404, {}];
    const isStale = now?.metadata.resourceVersion !== body.metadata.resourceVersion;
    if (isCreation ? now !== undefined : isStale) return [409, {}];
    return [isCreation ? 201 : 200, put(name, body.spec, body.metadata)];
  };

  const send = async (request: RequestContext): Promise<ResponseContext> => {
    const text = request.getBody();
    const body = typeof text === 'string' ? (JSON.parse(text) as StoredLease) : null;
    const path = new URL(request.getUrl()).pathname;
    const [, named] = /namespaces\/livekit\/leases(?:\/([^/]+))?$/.exec(path) ?? [];
    const name = named ?? String(body?.metadata.name);
    const [status, result] = answer(request.getHttpMethod(), name, body);
    const json = JSON.stringify(result);
    return new ResponseContext(
      status,
      { 'content-type': 'application/json' },
      {
        text: async () => json,
        binary: async () => Buffer.from(json),
        stream: () => null,
      },
    );
  };

  const coordination = new CoordinationV1Api(
    createConfiguration({
      baseServer: new ServerConfiguration('http://cluster', {}),
      httpApi: wrapHttpLibrary({ send }),
    }),
  );
  return {
    leases,
    requests,
    put,
    lock: (purpose: LockPurpose = 'drill') =>
      lockNamespace({ coordination }, 'livekit', purpose, 'pods in livekit of staging'),
    failWith: (next: Failure) => {
      failure = next;
    },
    /** Calls `act` once, just before the next request that writes. */
    interfere: (act: () => void) => {
      beforeWrite = act;
    },
    specOf: (name = DRILL): Spec | undefined => leases.get(name)?.spec,
  };
};

const VERBS: Readonly<Record<string, string>> = { GET: 'get', PUT: 'update' };
const roleSchema = z.object({
  kind: z.literal('Role'),
  rules: z.array(
    z.object({
      apiGroups: z.array(z.string()),
      verbs: z.array(z.string()),
      resourceNames: z.array(z.string()).optional(),
    }),
  ),
});

const OTHER = 'ci-7_4711_ab12cd34';
/** Lease of another owner, whose clock is an hour behind. */
const specOfOther = (renewals = 0): Spec => ({
  holderIdentity: OTHER,
  leaseDurationSeconds: 40,
  acquireTime: '2026-11-25T11:00:00.000000Z',
  renewTime: `2026-11-25T11:00:${String(renewals).padStart(2, '0')}.000000Z`,
  leaseTransitions: 3,
});

/** Attaches handlers now, so that fake time may pass before the result is read. */
const settle = <T>(promise: Promise<T>) => {
  const state: { result: T | null; error: unknown } = { result: null, error: null };
  promise.then(
    (result) => {
      state.result = result;
    },
    (error: unknown) => {
      state.error = error;
    },
  );
  return state;
};

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1_000);

it('is a Lease with the name of its holder, and has no holder afterwards', async () => {
  const cluster = clusterOf();
  const lock = await cluster.lock();
  expect(cluster.specOf()).toMatchObject({
    holderIdentity: expect.stringMatching(MINE),
    leaseDurationSeconds: 40,
    leaseTransitions: 0,
  });
  expect(() => lock.assertHeld()).not.toThrow();
  await lock[Symbol.asyncDispose]();
  expect(cluster.specOf()).toEqual({ leaseTransitions: 0 });
  await using _next = await cluster.lock();
  expect(cluster.specOf()).toMatchObject({
    holderIdentity: expect.stringMatching(MINE),
    leaseTransitions: 1,
  });
});

it('is renewed only while it is held', async () => {
  const cluster = clusterOf();
  const lock = await cluster.lock();
  const acquired = cluster.specOf();
  for (let minute = 0; minute < 3; minute++) {
    const before = cluster.specOf()?.renewTime;
    await pass(60);
    expect(() => lock.assertHeld()).not.toThrow();
    expect(cluster.specOf()?.renewTime).not.toBe(before);
  }
  expect(cluster.specOf()).toEqual({ ...acquired, renewTime: expect.stringMatching(MICRO_TIME) });
  await lock[Symbol.asyncDispose]();
  const released = cluster.leases.get(DRILL)?.metadata.resourceVersion;
  await pass(60);
  expect(cluster.leases.get(DRILL)?.metadata.resourceVersion).toBe(released);
});

it('is released when the locked work fails', async () => {
  const cluster = clusterOf();
  const drill = async (): Promise<void> => {
    await using _lock = await cluster.lock();
    throw new Error('the injection failed');
  };
  await expect(drill()).rejects.toThrow('the injection failed');
  expect(cluster.specOf()?.holderIdentity).toBeUndefined();
});

it('of a drill excludes another drill, and no rollback', async () => {
  const cluster = clusterOf();
  await using _first = await cluster.lock();
  await using _rollback = await cluster.lock('rollback');
  const second = settle(cluster.lock());
  await pass(15);
  expect(second.error).toMatchObject({ code: 'deployment_locked' });
});

it('of another one that renews it is refused, with its holder and since when', async () => {
  const cluster = clusterOf();
  cluster.put(DRILL, specOfOther());
  const own = settle(cluster.lock());
  await pass(12);
  expect(own).toEqual({ result: null, error: null });
  cluster.put(DRILL, specOfOther(12));
  await pass(2);
  expect(own.error).toMatchObject({
    code: 'deployment_locked',
    message: expect.stringContaining(
      `another drill is running on pods in livekit of staging (${OTHER}, since 2026-11-25T11:00:00.000Z)`,
    ),
    hint: expect.stringContaining(`kubectl get lease ${DRILL} -n livekit`),
  });
  expect(cluster.specOf()).toEqual(specOfOther(12));
});

it('without a renewal is taken over after its duration, measured by the observer', async () => {
  const cluster = clusterOf();
  // By its own times the lease expired long ago, but clocks of other hosts are not trusted.
  cluster.put(DRILL, specOfOther());
  const own = settle(cluster.lock());
  await pass(39);
  expect(cluster.specOf()).toEqual(specOfOther());
  await pass(3);
  expect(own.result).not.toBeNull();
  expect(cluster.specOf()).toMatchObject({
    holderIdentity: expect.stringMatching(MINE),
    leaseTransitions: 4,
  });
});

it('that another program wrote for a longer time is waited for only for a limited time', async () => {
  const cluster = clusterOf();
  cluster.put(DRILL, { holderIdentity: OTHER, leaseDurationSeconds: 86_400 });
  const own = settle(cluster.lock());
  await pass(82);
  expect(own.error).toMatchObject({
    code: 'deployment_locked',
    message: expect.stringContaining(`(${OTHER})`),
  });
});

it('of a rollback waits for another one', async () => {
  const cluster = clusterOf();
  const first = await cluster.lock('rollback');
  const second = settle(cluster.lock('rollback'));
  await pass(30);
  expect(second).toEqual({ result: null, error: null });
  await first[Symbol.asyncDispose]();
  await pass(2);
  expect(() => second.result?.assertHeld()).not.toThrow();
  expect(second.result).not.toBeNull();
});

it.each([
  ['a lease that is free', undefined],
  ['one that has expired', specOfOther()],
])('of two that want %s, the quicker one gets it', async (_what, spec) => {
  const cluster = clusterOf();
  if (spec !== undefined) cluster.put(DRILL, spec);
  const quicker = { ...specOfOther(59), holderIdentity: 'quicker' };
  cluster.interfere(() => cluster.put(DRILL, quicker));
  const own = settle(cluster.lock());
  await pass(44);
  expect(own.error).toMatchObject({
    code: 'deployment_locked',
    message: expect.stringContaining('(quicker, since'),
  });
  expect(cluster.specOf()).toEqual(quicker);
});

it('is lost when no renewal succeeds for as long as it lasts', async () => {
  const cluster = clusterOf();
  const lock = await cluster.lock();
  cluster.failWith(() => null);
  await pass(39);
  expect(() => lock.assertHeld()).not.toThrow();
  await pass(2);
  expect(() => lock.assertHeld()).toThrow(
    /the lock on pods in livekit of staging is lost \(the cluster does not answer: fetch failed\): another drill may have begun there/,
  );
  // The lease expires in the cluster. The work done under it is valid.
  await lock[Symbol.asyncDispose]();
});

it('outlasts renewals that fail for a shorter time', async () => {
  const cluster = clusterOf();
  await using lock = await cluster.lock();
  cluster.failWith((method) => (method === 'PUT' ? 500 : undefined));
  await pass(30);
  cluster.failWith(() => undefined);
  await pass(30);
  expect(() => lock.assertHeld()).not.toThrow();
});

it.each<[string, (cluster: ReturnType<typeof clusterOf>) => void, string]>([
  ['was taken by another one', ({ put }) => put(DRILL, specOfOther()), `was taken by ${OTHER}`],
  ['was deleted', ({ leases }) => leases.delete(DRILL), 'was deleted'],
  ['was cleared', ({ put }) => put(DRILL, {}), 'was cleared'],
])('is lost when its lease %s, and what is there stays', async (_what, act, why) => {
  const cluster = clusterOf();
  const lock = await cluster.lock();
  act(cluster);
  const left = cluster.specOf();
  await pass(14);
  expect(() => lock.assertHeld()).toThrow(`is lost (its lease ${why})`);
  await lock[Symbol.asyncDispose]();
  expect(cluster.specOf()).toEqual(left);
});

it('stays held when the lease has a newer version of the same holder', async () => {
  const cluster = clusterOf();
  await using lock = await cluster.lock();
  // A renewal without an answer, or another label, makes a newer version.
  cluster.put(DRILL, cluster.specOf() ?? {});
  await pass(60);
  expect(() => lock.assertHeld()).not.toThrow();
});

it.each([
  ['read', 'GET'],
  ['create', 'POST'],
])(
  'without the permission to %s leases is refused, with the rule that is missing',
  async (verb, denied) => {
    const cluster = clusterOf();
    cluster.failWith((method) => (method === denied ? 403 : undefined));
    await expect(cluster.lock()).rejects.toMatchObject({
      code: 'fault_unavailable',
      message: expect.stringMatching(
        new RegExp(
          `cannot be locked against other drills: .*${verb} the lease ${DRILL}.*${denied}`,
        ),
      ),
      hint: expect.stringMatching(
        /in livekit, to create leases .*get and update livekit-swarm-chaos-drill and livekit-swarm-chaos-rollback.*chaos-rbac\.yaml/,
      ),
    });
    expect(cluster.leases.size).toBe(0);
  },
);

it('needs no more and no less than the rules of both Roles in examples/kubernetes', async () => {
  const cluster = clusterOf();
  for (const purpose of ['drill', 'rollback'] as const) {
    await using _lock = await cluster.lock(purpose);
    await pass(14);
  }
  const asked = cluster.requests.map(({ method, name }) =>
    method === 'POST' ? 'create' : `${VERBS[method]} ${name}`,
  );
  const file = new URL('../../../../../examples/kubernetes/chaos-rbac.yaml', import.meta.url);
  const roles = parseAllDocuments(await readFile(file, 'utf8'))
    .map((document) => roleSchema.safeParse(document.toJS()))
    .flatMap(({ data }) => data ?? []);
  expect(roles).toHaveLength(2);
  for (const { rules } of roles) {
    const allowed = rules
      .filter(({ apiGroups }) => apiGroups.includes('coordination.k8s.io'))
      .flatMap(({ verbs, resourceNames = [''] }) =>
        verbs.flatMap((verb) => resourceNames.map((name) => `${verb} ${name}`.trim())),
      );
    expect(allowed.sort()).toEqual([...new Set(asked)].sort());
  }
});

it('is not taken where the cluster does not answer', async () => {
  const cluster = clusterOf();
  cluster.failWith(() => null);
  await expect(cluster.lock()).rejects.toMatchObject({ code: 'cluster_unreachable' });
});
