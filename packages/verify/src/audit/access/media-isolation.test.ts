import { emptyTrackResult, type ParticipantLine } from '@livekit-swarm/record';
import { expect, test } from 'vitest';
import { outcomeOf } from '../../../test/support/check-facts.ts';
import { attemptsRule } from './attempt.ts';
import { mediaAttempts } from './media-isolation.ts';

type Packets = Partial<Record<'up' | 'audio' | 'data', number>>;

const line = (name: string, { up = 0, audio = 0, data = 0 }: Packets = {}): ParticipantLine => ({
  ...{ type: 'participant', at: 0, shard: 0, identity: `audit-${name}`, group: 'audit' },
  ...{ room: 'a', role: 'audit', joinAtMs: 0, leaveAtMs: 1, outcome: 'left', reason: null },
  ...{ joinTimeMs: 1, resumes: 0, reconnects: 0, expectedTracks: { audio: 0, video: 0 } },
  tracks: [
    { ...emptyTrackResult('up'), packets: up },
    { ...emptyTrackResult('down'), packets: data },
    { ...emptyTrackResult('down'), kind: 'audio', codec: 'opus', packets: audio },
  ],
});

const outcome = (...changed: ParticipantLine[]): string => outcomeAfter('', ...changed);

/** @param notAsked why there was no subscription across rooms; empty: there was */
const outcomeAfter = (notAsked: string, ...changed: ParticipantLine[]): string => {
  const lines = [
    line('speaker', { up: 40 }),
    line('listener', { audio: 100, data: 40 }),
    ...[line('unsubscribed'), line('stranger'), line('bystander')],
    line('silent', { up: 40 }),
    ...changed,
  ];
  const byIdentity = new Map(lines.map((one) => [one.identity, one]));
  return outcomeOf(attemptsRule(mediaAttempts(byIdentity, notAsked)));
};

test('media and data that arrive where they must not are an error', () => {
  expect(outcome()).toBe('passed');
  expect(outcome(line('unsubscribed', { audio: 1 }))).toBe('error');
  expect(outcome(line('stranger', { audio: 1 }))).toBe('error');
  expect(outcome(line('stranger', { data: 1 }))).toBe('error');
  expect(outcome(line('bystander', { data: 1 }))).toBe('error');
});

test('nothing is known of other rooms when the server was not asked for their tracks', () => {
  expect(outcomeAfter('no track is shown')).toBe('unknown');
  expect(outcomeAfter('no track is shown', line('stranger', { audio: 1 }))).toBe('error');
});

test('nothing is known when the control receives nothing, or a participant was not there', () => {
  expect(outcome(line('listener'))).toBe('unknown');
  expect(outcome(line('silent'))).toBe('unknown');
  expect(outcome({ ...line('stranger'), outcome: 'join_failed', reason: 'ice_timeout' })).toBe(
    'unknown',
  );
});
