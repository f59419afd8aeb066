import { expect, test } from 'vitest';
import type { CallFacts } from './call-facts.ts';
import { judgeCalls } from './judge.ts';
import { measureCalls } from './measure.ts';
import type { CallsRun } from './run-calls.ts';
import { sipThresholds } from './thresholds.ts';

const SIGNALLING = {
  ...{ callId: 'a', invitedAtMs: 0, ringingAtMs: 100, answeredAtMs: 500, status: 200 },
  ...{
    finalAtMs: 500,
    isUnheard: false,
    isChallenged: false,
    repeats: 0,
    cancelledAtMs: null,
    lateAnswerAtMs: null,
    offer: null,
  },
  ...{ byeAtMs: 5_500, byeAnsweredAtMs: 5_520, referredAtMs: null, referStatus: null },
  transferStatus: null,
  ...{ end: 'hung_up' as const, answer: null, closedAtMs: null },
};
const MEDIA = {
  ...{
    packets: 250,
    others: 0,
    lost: 0,
    jitterMs: 1,
    firstAtMs: 520,
    voiceAtMs: 900,
    longestGapMs: 20,
  },
  ...{ sent: 250, sendErrors: 0, early: 0, dtmf: null, hasAddress: true },
};

const call = (
  signalling: Partial<CallFacts['signalling']> = {},
  media: Partial<CallFacts['media']> | null = {},
  room: CallFacts['room'] = null,
): CallFacts => ({
  ...{ number: 1, to: '100', from: 'swarm', signalling: { ...SIGNALLING, ...signalling } },
  ...{ media: media === null ? null : { ...MEDIA, ...media }, room },
});
const refused = (status: number): CallFacts =>
  call({ status, answeredAtMs: null, end: 'refused', byeAtMs: null }, null);

const judge = (
  calls: CallFacts[],
  changes: Partial<CallsRun['generator']> = {},
  followed: CallsRun['followed'] = null,
) => {
  const generator = {
    ...{ sippVersion: 'v3', cpuSeconds: 1, loopDelayP99Ms: 12, loopDelayMaxMs: 20 },
    ...{ portConflicts: 0, ...changes },
  };
  const metrics = measureCalls({ calls, followed });
  const judgement = judgeCalls({ calls, generator, followed }, metrics, sipThresholds([]));
  const crossed = judgement.thresholds.filter(({ ok }) => ok === false);
  return { ...judgement, crossed: crossed.map(({ metric }) => metric), metrics };
};

test('a good call passes, with its times', () => {
  const { verdict, metrics } = judge([call()]);
  expect(verdict).toBe('passed');
  for (const [metric, ms] of [
    ['sip_post_dial_delay', 100],
    ['sip_answer_time', 500],
    ['sip_media_time', 20],
    ['sip_voice_time', 400],
    ['sip_hangup_time', 20],
  ] as const) {
    const value = metrics.measure(metric);
    expect(value?.type === 'trend' && value.sketch.max).toBe(ms);
  }
});

test.each([
  ['a refused call', refused(486), ['sip_call_failures']],
  ['no audio', call({}, { packets: 0, firstAtMs: null, voiceAtMs: null }), ['sip_one_way']],
  ['loss', call({}, { lost: 10 }), ['sip_packet_loss']],
  ['the other side ends it', call({ end: 'remote' }), ['sip_dropped']],
  [
    'a transfer is refused',
    call({ referredAtMs: 5_000, referStatus: 403 }),
    ['sip_transfer_failures'],
  ],
  [
    'a transfer fails',
    call({ referredAtMs: 5_000, referStatus: 202, transferStatus: 503 }),
    ['sip_transfer_failures'],
  ],
  ['a transfer has no answer', call({ referredAtMs: 5_000 }), ['sip_transfer_failures']],
  ['a long delay', call({ ringingAtMs: 4_000 }), ['sip_post_dial_delay']],
])('%s crosses one threshold', (_, facts, crossed) => {
  expect(judge([facts])).toMatchObject({ verdict: 'failed', crossed });
});

test('the end of the other side is expected after a transfer', () => {
  const { crossed } = judge([
    call({ end: 'remote', referredAtMs: 5_000, referStatus: 202, transferStatus: 200 }),
  ]);
  expect(crossed).toEqual([]);
});

test('shares are of all calls, by kind', () => {
  const { metrics } = judge([call(), refused(486), refused(503), refused(404)]);
  const share = (metric: Parameters<typeof metrics.measure>[0]): unknown => {
    const value = metrics.measure(metric);
    return value?.type === 'rate' ? value.hits / value.total : value;
  };
  expect(share('sip_call_failures')).toBe(0.75);
  expect(share('sip_client_errors')).toBe(0.5);
  expect(share('sip_server_errors')).toBe(0.25);
  expect(share('sip_busy')).toBe(0.25);
  expect(share('sip_unavailable')).toBe(0.25);
  expect(share('sip_no_answer')).toBe(0);
});

test('a slow host puts times and losses in doubt, and no refusal', () => {
  const slow = { loopDelayP99Ms: 150 };
  expect(judge([call({}, { lost: 10 })], slow).verdict).toBe('inconclusive');
  expect(judge([call({ ringingAtMs: 4_000 })], slow).verdict).toBe('inconclusive');
  expect(judge([refused(503)], slow).verdict).toBe('failed');
  expect(judge([call()], slow).verdict).toBe('passed');
  expect(judge([call()], { portConflicts: 1 }).verdict).toBe('inconclusive');
});

test('nothing is not approval', () => {
  expect(judge([]).verdict).toBe('inconclusive');
  const unheard = call({ isUnheard: true, status: null, answeredAtMs: null, end: 'open' }, null);
  expect(judge([unheard])).toMatchObject({ verdict: 'failed', isUnreachable: true });
  expect(judge([unheard, call()]).isUnreachable).toBe(false);
});

test('participants are judged only where the API answered', () => {
  const room = { identity: 'sip_1', room: 'call-1', notBeforeMs: 600, seenAtMs: 800 };
  expect(judge([call({}, {}, room)], {}, { failures: 0, rounds: 9 }).verdict).toBe('passed');
  expect(judge([call()], {}, { failures: 0, rounds: 9 }).crossed).toEqual(['sip_room_missing']);
  expect(judge([call()], {}, { failures: 9, rounds: 9 }).verdict).toBe('inconclusive');
});

test('participants that failed rounds may have missed are in doubt', () => {
  expect(judge([call()], {}, { failures: 1, rounds: 10 }).verdict).toBe('failed');
  const patchy = judge([call()], {}, { failures: 2, rounds: 10 });
  expect(patchy).toMatchObject({ verdict: 'inconclusive', crossed: ['sip_room_missing'] });
  expect(judge([refused(503)], {}, { failures: 2, rounds: 10 }).verdict).toBe('failed');
});

test('calls that are too short for their media to be judged do not pass', () => {
  const short = call({ byeAtMs: 1_500 });
  expect(judge([short])).toMatchObject({ verdict: 'inconclusive', crossed: [], isTooShort: true });
  expect(judge([short, call()])).toMatchObject({ verdict: 'passed', isTooShort: false });
  expect(judge([call({ byeAtMs: 1_500, end: 'remote' })]).verdict).toBe('failed');
  expect(judge([refused(486)]).isTooShort).toBe(false);
});

test('a threshold on another metric is refused', () => {
  expect(() => sipThresholds(['jitter: p(95)<30'])).toThrow('swarm sip does not measure jitter');
});
