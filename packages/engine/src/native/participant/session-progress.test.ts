import type { SessionEvent } from '@livekit-swarm/livekit';
import { expect, test } from 'vitest';
import type { EventDetails } from '../../event-lines.ts';
import { SessionProgress } from './session-progress.ts';

const FAILURE = { reason: 'timeout', message: 'the server did not answer', retryable: true };
const JOINED = {
  type: 'joined',
  at: 1_250,
  attempt: 2,
  startedAt: 1_100,
  tokenMs: 20,
  signalAt: 1_150,
  iceAt: 1_200,
  dtlsAt: 1_240,
  node: 'ND_1',
  backend: 'node-1',
  serverVersion: '1.13.7',
  region: '',
} satisfies SessionEvent;
const RECOVERY = { attempt: 1, durationMs: 300, node: 'ND_2', backend: '' };

/** Progress of a participant whose join was scheduled at 1,000. */
const opened = ({ endsByAction = false } = {}) => {
  const lines: ({ event: string; at: number } & EventDetails)[] = [];
  const calls: string[] = [];
  const progress = new SessionProgress({
    emit: (event, at, details) => lines.push({ event, at, ...details }),
    actions: {
      disconnected: () => endsByAction,
      recovered: (at) => calls.push(`recovered ${at}`),
      lost: (cid) => calls.push(`lost ${cid}`),
      refused: (step, message) => calls.push(`${step} ${message}`),
    },
    turns: { check: () => calls.push('check'), lost: () => calls.push('silent') },
    peers: { addressFamily: 6, selectedPair: null },
    joinFrom: () => 1_000,
  });
  return { progress, lines, calls };
};

test('the phases of a join count from its scheduled time', () => {
  const { progress, lines } = opened();
  progress.onEvent({ type: 'join_retry', at: 1_090, attempt: 1, failure: FAILURE });
  expect(progress.result).toMatchObject({ outcome: 'join_failed', reason: 'timeout' });
  progress.onEvent(JOINED);
  expect(lines).toMatchObject([
    { event: 'join_retry', at: 1_090, attempt: 1, durationMs: 90, reason: 'timeout' },
    {
      event: 'joined',
      at: 1_250,
      attempt: 2,
      phases: { started: 100, token: 120, signal: 150, ice: 200, dtls: 240, joined: 250 },
      addressFamily: 6,
    },
  ]);
  expect(progress.isConnected).toBe(true);
  expect(progress.result).toEqual({
    outcome: 'left',
    reason: null,
    joinTimeMs: 250,
    resumes: 0,
    reconnects: 0,
  });
});

test('a second join of the same participant is not counted again', () => {
  const { progress, lines } = opened();
  progress.onEvent(JOINED);
  progress.onEvent({ ...JOINED, at: 5_000 });
  expect(lines).toHaveLength(1);
  expect(progress.result.joinTimeMs).toBe(250);
});

test('recoveries are counted and reported; a rejoin ends a disconnect', () => {
  const { progress, lines, calls } = opened();
  progress.onEvent(JOINED);
  progress.onEvent({ type: 'signal_lost', at: 2_000, failure: FAILURE });
  progress.onEvent({ type: 'resumed', at: 2_300, ...RECOVERY });
  progress.onEvent({ type: 'reconnected', at: 3_300, ...RECOVERY });
  progress.onEvent({ type: 'disconnected', at: 4_000, failure: FAILURE });
  expect(progress).toMatchObject({ isConnected: false, isJoined: false, endedAt: 4_000 });
  expect(progress.result).toMatchObject({ outcome: 'disconnected', reason: 'timeout' });
  progress.onEvent({ type: 'rejoined', at: 4_300, ...RECOVERY });
  expect(progress).toMatchObject({ isConnected: true, endedAt: null });
  expect(progress.result).toEqual({
    outcome: 'left',
    reason: null,
    joinTimeMs: 250,
    resumes: 1,
    reconnects: 1,
    rejoins: 1,
  });
  expect(lines.map(({ event }) => event)).toEqual([
    'joined',
    'signal_lost',
    'resumed',
    'reconnected',
    'disconnected',
    'rejoined',
  ]);
  expect(calls.filter((call) => call !== 'check')).toEqual([
    'silent',
    'recovered 2300',
    'recovered 3300',
    'recovered 4300',
  ]);
});

test('an end that an action requested does not count as a disconnect', () => {
  const { progress, lines } = opened({ endsByAction: true });
  progress.onEvent(JOINED);
  progress.onEvent({ type: 'disconnected', at: 4_000, failure: FAILURE });
  expect(progress).toMatchObject({ isConnected: false, isJoined: true, endedAt: 4_000 });
  expect(progress.result).toMatchObject({ outcome: 'left', reason: null });
  expect(lines.map(({ event }) => event)).toEqual(['joined']);
});

test('a rejection is reported once, and its publication has no result', () => {
  const { progress, lines } = opened();
  const refused = {
    type: 'refused',
    at: 1_300,
    what: 'publish',
    cid: 'mic',
    message: 'no permission to publish',
  } satisfies SessionEvent;
  progress.onEvent(refused);
  progress.onEvent({ ...refused, at: 2_300 });
  expect(lines).toEqual([
    {
      event: 'warning',
      at: 1_300,
      reason: 'publish_rejected',
      message: 'no permission to publish',
    },
  ]);
  const tracks = ['mic', 'cam'].map((cid) => ({
    cid,
    kind: 'audio' as const,
    codec: 'opus' as const,
    layers: [],
  }));
  expect(progress.rejected(tracks)).toEqual({ tracks: tracks.slice(0, 1), data: false });
});
