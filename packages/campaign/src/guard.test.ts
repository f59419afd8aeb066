import { LoadGuard, readHostRules } from '@livekit-swarm/livekit';
import { NOTHING_READABLE, parseConnect } from '@livekit-swarm/scenario';
import { scenarioOfLoad } from '@livekit-swarm/testkit/load-spec';
import { expect, expectTypeOf, test } from 'vitest';
import type { AbSession } from './ab/session.ts';
import type { SearchSession } from './capacity/session.ts';
import { type PlannedRun, planRun, type RunRequest } from './plan-run.ts';
import type { SoakSession } from './soak/session.ts';
import type { RemoteTarget } from './target.ts';

const target: RemoteTarget = {
  ...{ type: 'remote', url: 'ws://127.0.0.1:9' },
  ...{ apiKey: 'key', apiSecret: 'secret-of-a-sufficient-length-000' },
};

const guardWith = (denyHost: string[]): LoadGuard =>
  LoadGuard.of({
    ...{
      rules: readHostRules({ denyHost }, {}),
      kind: 'run',
      url: target.url,
      typed: [target.url],
    },
    ...{ joinExistingRooms: false, withOtherUsers: false, reads: NOTHING_READABLE },
  });

test('no request and no session exists without a guard', () => {
  expectTypeOf<RunRequest['guard']>().toEqualTypeOf<LoadGuard>();
  expectTypeOf<PlannedRun['request']>().toEqualTypeOf<RunRequest>();
  expectTypeOf<SearchSession['request']['guard']>().toEqualTypeOf<LoadGuard>();
  expectTypeOf<SoakSession['request']['guard']>().toEqualTypeOf<LoadGuard>();
  expectTypeOf<AbSession['contenders']['A']['guard']>().toEqualTypeOf<LoadGuard>();
});

test('a load on a server that is denied is not even planned', () => {
  const scenario = scenarioOfLoad({ rooms: 1, participants: 2, joinRate: 50, durationMs: 5_000 });
  const request = { scenario, target, signalling: 'auto', workers: 1 } as const;
  expect(planRun({ ...request, guard: guardWith([]) }).plan.participants).toHaveLength(2);
  const tokenEndpoint = parseConnect('http://127.0.0.1:9/token', [], ['wss://denied.example']);
  expect(() =>
    planRun({ ...request, guard: guardWith(['denied.example']), tokenEndpoint }),
  ).toThrow(expect.objectContaining({ code: 'usage' }));
  expect(() => guardWith(['127.0.0.1'])).toThrow(/127\.0\.0\.1 is denied/);
});
