import { expect, test } from 'vitest';
import { CallTrack } from './call-track.ts';

const SCRIPT = {
  address: { host: '127.0.0.1', port: 5_060, transport: 'udp' as const },
  ...{ payloadType: 0 as const, hasCredentials: false, answerWithinMs: 30_000, holdMs: 10_000 },
  transferTo: null,
};
type Step = [direction: '>' | '<', method: string, status: number | null, sequence?: number];

/** A track of calls after messages, 10 ms apart. */
const trackOf = (...steps: [callId: string, ...Step][]): CallTrack => {
  const track = new CallTrack([], 'swarm-');
  for (const [index, [callId, direction, method, status, sequence = 1]] of steps.entries())
    track.add({
      ...{ atMs: 10 * index, isSent: direction === '>', callId, method, status, sequence },
      body: '',
    });
  return track;
};
const isOver = (steps: Step[], changes: Partial<typeof SCRIPT> = {}, nowMs = 200): boolean =>
  trackOf(...steps.map((step): [string, ...Step] => ['swarm-1', ...step])).isOver(nowMs, {
    ...{ calls: 1, script: { ...SCRIPT, ...changes } },
  });

const CHALLENGED: Step[] = [
  ['>', 'INVITE', null],
  ['<', 'INVITE', 401],
  ['>', 'ACK', null],
];

test('a challenge is the end without credentials, and the second one with them', () => {
  expect(isOver(CHALLENGED)).toBe(true);
  expect(isOver(CHALLENGED, { hasCredentials: true })).toBe(false);
  const answered: Step[] = [...CHALLENGED, ['>', 'INVITE', null, 2]];
  expect(isOver(answered, { hasCredentials: true })).toBe(false);
  const refused: Step[] = [...answered, ['<', 'INVITE', 407, 2], ['>', 'ACK', null, 2]];
  expect(isOver(refused, { hasCredentials: true })).toBe(true);
  // SIPp sent nothing more.
  expect(isOver(CHALLENGED, { hasCredentials: true }, 10_000)).toBe(true);
});

test.each<[string, Step[], Step]>([
  [
    'a refusal, until its ACK',
    [
      ['>', 'INVITE', null],
      ['<', 'INVITE', 486],
    ],
    ['>', 'ACK', null],
  ],
  [
    'a BYE of the other side, until its answer',
    [
      ['>', 'INVITE', null],
      ['<', 'INVITE', 200],
      ['>', 'ACK', null],
      ['<', 'BYE', null],
    ],
    ['>', 'BYE', 200],
  ],
  [
    'a cancelled call, until the ACK',
    [
      ['>', 'INVITE', null],
      ['<', 'INVITE', 180],
      ['>', 'CANCEL', null],
      ['<', 'CANCEL', 200],
      ['<', 'INVITE', 487],
    ],
    ['>', 'ACK', null],
  ],
  [
    'a call that was answered when it was cancelled already, until the answer to the BYE',
    [
      ['>', 'INVITE', null],
      ['<', 'INVITE', 180],
      ['>', 'CANCEL', null],
      ['<', 'INVITE', 200],
      ['>', 'ACK', null],
      ['>', 'BYE', null],
    ],
    ['<', 'BYE', 200],
  ],
])('%s', (_, steps, last) => {
  expect(isOver(steps)).toBe(false);
  expect(isOver([...steps, last])).toBe(true);
  expect(isOver(steps, {}, 10_000)).toBe(true);
});

test('a cancelled call waits as long for its final response as SIPp does', () => {
  const steps: Step[] = [
    ['>', 'INVITE', null],
    ['<', 'INVITE', 180],
    ['>', 'CANCEL', null],
    ['<', 'CANCEL', 200],
  ];
  expect(isOver(steps, {}, 32_000)).toBe(false);
  expect(isOver(steps, {}, 34_000)).toBe(true);
});

test('calls that are over stay over, and one that lasts too long is late before all began', () => {
  const track = trackOf(
    ['swarm-1', '>', 'INVITE', null],
    ['swarm-1', '<', 'INVITE', 486],
    ['swarm-1', '>', 'ACK', null],
    ['swarm-2', '>', 'INVITE', null],
    ['swarm-2', '<', 'INVITE', 180],
  );
  const planned = { calls: 3, script: SCRIPT };
  expect(track.isOver(200, planned)).toBe(false);
  expect(track.isLate(100_000, planned)).toBe(false);
  expect(track.isLate(100_031, planned)).toBe(true);
});
