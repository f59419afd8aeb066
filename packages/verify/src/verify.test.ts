import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import { type Check, type CheckResult, found, passed, skipped, unknown } from './check.ts';
import { CHECKS } from './checks/index.ts';
import type { VerifyRequest } from './request.ts';
import { verify } from './verify.ts';

const request: VerifyRequest = {
  access: { url: 'ws://127.0.0.1:1', apiKey: 'key', apiSecret: 'secret' },
  guard: LoadGuard.ofOwnServer(readHostRules({}, {}), 'probe'),
  nodes: [],
  redisUrl: null,
  allowedAddresses: [],
  adminPorts: null,
  otherHosts: [],
  logFiles: [],
  token: null,
  tokenEndpoint: null,
  webhookPort: null,
  agent: null,
  turn: null,
  participants: null,
  idleMs: null,
  reloadCommand: null,
  validUntilMs: null,
  mediaMs: 1_000,
  signal: new AbortController().signal,
  onCheck: () => {},
  onRoomsLeft: () => {},
};

const check = (id: string, result: () => CheckResult, needs: string[] = []): Check => ({
  ...{ id, title: id, severities: ['error'], cause: 'a cause', fix: 'a fix', needs },
  run: async () => result(),
});

const of = async (...checks: Check[]) => {
  const { verdict, exitCode, checks: results } = await verify(request, checks);
  return { verdict, exitCode, outcomes: results.map(({ outcome }) => outcome) };
};

const warn = () => found('warning', ['it is old']);
const fail = () => found('error', ['it is broken']);

test('an error outranks an unknown result, which outranks a warning', async () => {
  expect(
    await of(
      check('a', passed),
      check('b', () => skipped('not asked')),
    ),
  ).toMatchObject({
    ...{ verdict: 'passed', exitCode: 0 },
  });
  expect(await of(check('a', warn))).toMatchObject({ verdict: 'warnings', exitCode: 0 });
  expect(
    await of(
      check('a', warn),
      check('b', () => unknown('no route')),
    ),
  ).toMatchObject({
    ...{ verdict: 'unknown', exitCode: 98 },
  });
  expect(
    await of(
      check('a', () => unknown('no route')),
      check('b', fail),
    ),
  ).toMatchObject({
    ...{ verdict: 'failed', exitCode: 99 },
  });
});

test('a failed check blocks those that need it, directly or indirectly; a warning blocks nothing', async () => {
  const { outcomes } = await of(
    check('a', fail),
    check('b', passed, ['a']),
    check('c', passed, ['b']),
    check('d', warn),
    check('e', passed, ['d']),
  );
  expect(outcomes).toEqual(['error', 'skipped', 'skipped', 'warning', 'passed']);
});

test('a check that was not requested blocks nothing', async () => {
  const { outcomes } = await of(
    check('a', () => skipped('not asked')),
    check('b', passed, ['a']),
  );
  expect(outcomes).toEqual(['skipped', 'passed']);
});

test('a check that throws is unknown, and its text has no token', async () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.abc';
  const thrown = check('a', () => {
    throw new Error(`refused: ${token}`);
  });
  const { checks, exitCode } = await verify(request, [thrown]);
  expect(checks[0]).toMatchObject({ outcome: 'unknown', reason: 'refused: <token>' });
  expect(exitCode).toBe(98);
});

test('a deployment that cannot be reached, or rejects the key: exit 3', async () => {
  const wayIn = { ...check('address', fail), isWayIn: true as const };
  expect(await of(wayIn)).toMatchObject({ verdict: 'failed', exitCode: 3 });
  expect(await of(check('other', fail))).toMatchObject({ verdict: 'failed', exitCode: 99 });
  expect(await of(wayIn, check('admission', passed))).toMatchObject({ exitCode: 99 });
  expect(CHECKS.filter(({ isWayIn }) => isWayIn).map(({ id }) => id)).toEqual([
    'dns',
    'addresses',
    'tls',
    'admission',
  ]);
});

test('an interruption leaves the verdict unknown, unless there is an error already: exit 130', async () => {
  const interrupted = async (result: () => CheckResult) => {
    const over = new AbortController();
    const first = check('a', () => {
      over.abort();
      return result();
    });
    const { verdict, exitCode, checks } = await verify({ ...request, signal: over.signal }, [
      first,
      check('b', passed),
    ]);
    return { verdict, exitCode, outcomes: checks.map(({ outcome }) => outcome) };
  };
  expect(await interrupted(passed)).toEqual({
    ...{ verdict: 'unknown', exitCode: 130, outcomes: ['unknown'] },
  });
  expect(await interrupted(fail)).toEqual({
    ...{ verdict: 'failed', exitCode: 130, outcomes: ['error'] },
  });
});

test('a chain of skipped checks names the one that failed first', async () => {
  const { checks } = await verify(request, [
    check('a', fail),
    check('b', passed, ['a']),
    check('c', passed, ['b']),
  ]);
  expect(checks.map(({ reason }) => reason)).toEqual([null, 'needs a', 'needs a']);
});

test('ids are unique, and every check comes after those it needs', () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [index, { needs }] of CHECKS.entries())
    for (const need of needs) expect(ids.slice(0, index)).toContain(need);
});
