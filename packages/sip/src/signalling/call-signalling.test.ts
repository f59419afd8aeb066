import { expect, test } from 'vitest';
import { type CallSignalling, CallSignallings } from './call-signalling.ts';

type Step = [direction: '>' | '<', method: string, status: number | null, body?: string];

/** Folds messages, 10 ms apart; INVITEs count up their sequence unless they repeat (`~`). */
const fold = (...steps: Step[]): CallSignalling | undefined => {
  const calls = new CallSignallings();
  let sequence = 0;
  for (const [index, [direction, word, status, body = '']] of steps.entries()) {
    const method = word.replace('~', '');
    if (word === 'INVITE' && direction === '>' && status === null) sequence++;
    const isSent = direction === '>';
    calls.add({ atMs: 10 * index, isSent, callId: 'a', method, status, sequence, body });
  }
  return calls.all[0];
};

test('a call that is answered and hung up', () => {
  expect(
    fold(
      ['>', 'INVITE', null],
      ['<', 'INVITE', 100],
      ['<', 'INVITE', 180],
      ['<', 'INVITE', 183],
      ['<', 'INVITE', 200, 'v=0'],
      ['>', 'ACK', null],
      ['>', 'BYE', null],
      ['<', 'BYE', 200],
    ),
  ).toMatchObject({
    ...{ invitedAtMs: 0, ringingAtMs: 20, answeredAtMs: 40, status: 200, answer: 'v=0' },
    ...{ byeAtMs: 60, byeAnsweredAtMs: 70, end: 'hung_up', isChallenged: false, repeats: 0 },
  });
});

test('a challenge that is answered does not count; one that is not, does', () => {
  const challenge: Step[] = [
    ['>', 'INVITE', null],
    ['<', 'INVITE', 401],
    ['>', 'ACK', null],
  ];
  expect(fold(...challenge)).toMatchObject({
    ...{ end: 'refused', status: 401, isChallenged: false, closedAtMs: 20 },
  });
  const again = fold(...challenge, ['>', 'INVITE', null]);
  expect(again).toMatchObject({
    closedAtMs: null,
    end: 'open',
    status: null,
    isChallenged: true,
    invitedAtMs: 0,
  });
  expect(fold(...challenge, ['>', 'INVITE', null], ['<', 'INVITE', 403])).toMatchObject({
    ...{ end: 'refused', status: 403, isChallenged: true },
  });
});

test('counts INVITEs that are sent again', () => {
  const call = fold(['>', 'INVITE', null], ['>', '~INVITE', null], ['>', '~INVITE', null]);
  expect(call).toMatchObject({ repeats: 2, isUnheard: true, end: 'open' });
});

test('a call that is cancelled had no answer, whatever its last status', () => {
  expect(
    fold(
      ['>', 'INVITE', null],
      ['<', 'INVITE', 180],
      ['>', 'CANCEL', null],
      ['<', 'CANCEL', 200],
      ['<', 'INVITE', 487],
    ),
  ).toMatchObject({ end: 'no_answer', status: 487, cancelledAtMs: 20, answeredAtMs: null });
});

test('an answer after the CANCEL is late, and the call has no answer', () => {
  expect(
    fold(
      ['>', 'INVITE', null],
      ['<', 'INVITE', 180],
      ['>', 'CANCEL', null],
      ['<', 'INVITE', 200],
      ['>', 'ACK', null],
      ['>', 'BYE', null],
      ['<', 'BYE', 200],
    ),
  ).toMatchObject({
    ...{ end: 'no_answer', status: null, answeredAtMs: null, lateAnswerAtMs: 30 },
    ...{ byeAtMs: 50, byeAnsweredAtMs: 60, closedAtMs: null },
  });
});

test('the other side ends the call, after a transfer that it reports', () => {
  expect(
    fold(
      ['>', 'INVITE', null],
      ['<', 'INVITE', 200],
      ['>', 'REFER', null],
      ['<', 'REFER', 100],
      ['<', 'REFER', 202],
      ['<', 'NOTIFY', null, 'SIP/2.0 100 Trying\r\n'],
      ['<', 'NOTIFY', null, 'SIP/2.0 200 OK\r\n'],
      ['<', 'BYE', null],
      ['>', 'BYE', 200],
    ),
  ).toMatchObject({
    end: 'remote',
    referredAtMs: 20,
    referStatus: 202,
    transferStatus: 200,
    byeAtMs: 70,
    closedAtMs: 80,
  });
});

test('the last offer of the other side, or its answer in the ACK of an INVITE without one', () => {
  const begin: Step[] = [
    ['>', 'INVITE', null],
    ['<', 'INVITE', 200, 'v=0 held'],
    ['>', 'ACK', null],
    ['<', 'INVITE', null, 'v=0 offer'],
    ['>', 'INVITE', 200, 'v=0 own'],
    ['<', 'ACK', null],
  ];
  expect(fold(...begin)).toMatchObject({ answer: 'v=0 held', offer: 'v=0 offer' });
  const again: Step[] = [
    ['<', 'INVITE', null],
    ['>', 'INVITE', 200, 'v=0 own'],
    ['<', 'ACK', null, 'v=0 answer'],
  ];
  expect(fold(...begin, ...again)).toMatchObject({ answer: 'v=0 held', offer: 'v=0 answer' });
});

test('messages of no call are left out', () => {
  expect(fold(['<', 'OPTIONS', null])).toBeUndefined();
});
