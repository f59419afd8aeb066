import { type Failure, steadyClock } from '@livekit-swarm/livekit';
import type { EventLine } from '@livekit-swarm/record';
import { expandPlan, parseScenario } from '@livekit-swarm/scenario';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { EngineOptions } from '../engine.ts';
import type { Encoder } from './encoder.ts';
import { EncoderParticipant } from './encoder-participant.ts';
import type { Presence } from './room-presence.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const BROKEN_PIPE: Failure = {
  reason: 'encoder_ended',
  message: 'broken pipe',
  retryable: true,
};

const TEXT = `scenario: channel
groups:
  channel:
    executor: constant-rooms
    rooms: 1
    duration: 60s
    roles:
      dj: { publish: audio, ingress: rtmp }
      listener: { count: 1 }
`;

/** Channel whose encoder and membership the test controls. */
const channel = (policy: EngineOptions['reconnectPolicy'] = 'sdk') => {
  const clock = steadyClock(0);
  const events: EventLine[] = [];
  const plan = expandPlan(parseScenario(TEXT, { file: 'channel.yaml' }), 'x').participants.find(
    ({ role }) => role === 'dj',
  );
  if (plan === undefined) throw new Error('the scenario has a dj');
  const state: { presence: Presence; encoders: ((failure?: Failure) => void)[]; stops: string[] } =
    {
      presence: { in: 'nowhere' },
      encoders: [],
      stops: [],
    };
  const engine: EngineOptions = {
    threads: 1,
    startedAtMs: clock.now(),
    joinTimeoutMs: 15_000,
    joinAttempts: 2,
    signalling: 'auto',
    reconnectPolicy: policy,
    onEvent: (event) => events.push(event),
  };
  const encode = (): Encoder => {
    const ended = Promise.withResolvers<Failure>();
    state.encoders.push((failure = BROKEN_PIPE) => ended.resolve(failure));
    return {
      ended: ended.promise,
      stop: (how) => {
        state.stops.push(how);
        ended.resolve(BROKEN_PIPE);
      },
    };
  };
  const participant = new EncoderParticipant({
    ...{ plan, engine, clock, encode },
    presence: () => Promise.resolve(state.presence),
  });
  const ingress = { url: 'rtmp://127.0.0.1/x', streamKey: 'k', apiBase: 'http://127.0.0.1' };
  const admission = { url: 'ws://127.0.0.1', token: '', ingress };
  return {
    ...{ state, participant },
    join: () => participant.join(admission, clock.now()),
    names: () => events.map(({ event }) => event),
    last: () => events.at(-1),
  };
};

const inRoom = (sid: string, tracks = 1): Presence => ({ in: 'room', sid, tracks });
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test('joins when all its tracks are in the room, and reports when it is gone', async () => {
  const { state, participant, join, names, last } = channel();
  const joined = join();
  await pass(1_000);
  state.presence = inRoom('PA_1', 0);
  await pass(1_000);
  expect(names()).toEqual([]);
  state.presence = inRoom('PA_1');
  await pass(200);
  await joined;
  expect(names()).toEqual(['joined']);
  expect(last()?.phases?.joined).toBeGreaterThanOrEqual(2_000);
  const line = await participant.leave();
  expect(line).toMatchObject({ outcome: 'left', reconnects: 0 });
  expect(state.stops).toEqual(['leave']);
  await pass(700);
  state.presence = { in: 'nowhere' };
  await pass(200);
  expect(names()).toEqual(['joined', 'left', 'ingress_left']);
  expect(last()?.durationMs).toBeGreaterThanOrEqual(700);
});

test('starts its encoder again, and takes the old membership for no recovery', async () => {
  const { state, join, names, participant } = channel();
  state.presence = inRoom('PA_1');
  await join();
  state.encoders[0]?.();
  await pass(2_000);
  expect(names()).toEqual(['joined', 'signal_lost']);
  state.presence = inRoom('PA_2');
  await pass(200);
  expect(names()).toEqual(['joined', 'signal_lost', 'reconnected']);
  expect(state.encoders).toHaveLength(2);
  expect(await participant.leave()).toMatchObject({ outcome: 'left', reconnects: 1 });
});

test('notices that its participant is gone although its encoder runs', async () => {
  const { state, join, names } = channel('none');
  state.presence = inRoom('PA_1');
  await join();
  state.presence = { in: 'nowhere' };
  await pass(6_000);
  expect(names()).toEqual(['joined', 'signal_lost', 'disconnected']);
  expect(state.stops).toContain('fail');
});

test('fails to join when its encoder ends again and again', async () => {
  const { state, join, names, last, participant } = channel();
  const joining = join();
  for (let attempt = 0; attempt < 2; attempt++) {
    await pass(200);
    state.encoders[attempt]?.();
    await pass(1_000);
  }
  await joining;
  expect(names()).toEqual(['join_retry', 'join_failed']);
  expect(last()).toMatchObject({ reason: 'encoder_ended', message: 'broken pipe' });
  expect(await participant.leave()).toMatchObject({
    outcome: 'join_failed',
    reason: 'encoder_ended',
  });
});

test('tries no second time when the receiver refuses the stream for good', async () => {
  const { state, join, names, last } = channel();
  const joining = join();
  await pass(200);
  const refused = { reason: 'whip_key_refused', message: 'HTTP 404', hint: 'another key' };
  state.encoders[0]?.({ ...refused, retryable: false });
  await pass(1_000);
  await joining;
  expect(names()).toEqual(['join_failed']);
  expect(last()).toMatchObject(refused);
  expect(state.encoders).toHaveLength(1);
});

test('is disconnected at once when its lost stream is refused for good', async () => {
  const { state, join, names, last } = channel();
  state.presence = inRoom('PA_1');
  await join();
  state.encoders[0]?.();
  await pass(1_000);
  const refused = { reason: 'whip_key_refused', message: 'HTTP 404', hint: 'another key' };
  state.encoders[1]?.({ ...refused, retryable: false });
  await pass(60_000);
  expect(names()).toEqual(['joined', 'signal_lost', 'disconnected']);
  expect(last()).toMatchObject(refused);
  expect(state.encoders).toHaveLength(2);
});
