import { expect, test } from 'vitest';
import { MediaLeg } from '../media/media-leg.ts';
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

/** Packets sent until 1.3 s of a call that the other side holds from 0.2 s to 1.2 s. */
const sentWithStall = async (stallFromMs: number, stallToMs: number): Promise<unknown> => {
  const leg = await MediaLeg.open('127.0.0.1', {
    ...{ payloadType: 0, payloads: [Buffer.alloc(160, 0xff)], dtmf: null },
  });
  const sdp = (direction: string): string =>
    // The leg sends to itself.
    `v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio ${leg.port} RTP/AVP 0\r\na=${direction}\r\n`;
  const track = new CallTrack([leg], 'swarm-');
  const message = { callId: 'swarm-1', method: 'INVITE', status: null, sequence: 1, body: '' };
  const messages: Parameters<CallTrack['add']>[0][] = [
    { ...message, atMs: -10, isSent: true },
    { ...message, atMs: 0, isSent: false, status: 200, body: sdp('sendrecv') },
    { ...message, atMs: 200, isSent: false, body: sdp('sendonly') },
    { ...message, atMs: 1_200, isSent: false, body: sdp('sendrecv') },
  ];
  try {
    for (let nowMs = 0; nowMs <= 1_300; nowMs += 5) {
      if (nowMs > stallFromMs && nowMs < stallToMs) continue;
      for (; messages[0] !== undefined && messages[0].atMs <= nowMs; messages.shift())
        track.add(messages[0]);
      track.send(nowMs);
    }
    return track.calls([], null)[0]?.media?.sent;
  } finally {
    leg.close();
  }
};

test.each([
  ['no turn of this process', 0, 0],
  ['the turns around the begin of a hold', 100, 400],
  ['the turns around its end', 1_000, 1_250],
  ['all turns of a hold', 150, 1_250],
])('%s may be late: packets of the hold are not sent, and others are', async (_, from, to) => {
  // Ten before the hold and five after it.
  expect(await sentWithStall(from, to)).toBe(15);
});
