/** SIP calls to SIPp's own answering side, each figure against its log. Never run against livekit/sip. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { NUMBERS } from '@livekit-swarm/testkit/sip/answering-scenario';
import { type LoggedMessage, startAnsweringSide } from '@livekit-swarm/testkit/sip/answering-side';
import { openMediaEnd } from '@livekit-swarm/testkit/sip/media-end';
import { expect, it } from 'vitest';
import { runSip } from '../support/sip.ts';
import { expectGone, scratch, startSwarm } from '../support/swarm.ts';

await skipWithout('sipp');

/** Time for which a busy host may hold up a message between two processes, ms. */
const HELD_UP_MS = 150;
/** Both sides log a message when they have handled it, which is not the same time, ms. */
const LOGGED_MS = 20;
const QUIET = {
  ...{ ringAfterMs: 60, answerAfterMs: 140, credentials: null, transferStatus: 200 as const },
};

/** Time between two messages of each call in the log of the answering side, ms. */
const between = (log: LoggedMessage[], from: RegExp, to: RegExp): Map<string, number> => {
  const at = (callId: string, what: RegExp): number =>
    log.find((line) => line.callId === callId && what.test(line.start))?.atMs ?? Number.NaN;
  const ids = new Set(log.map(({ callId }) => callId));
  return new Map([...ids].map((id) => [id, at(id, to) - at(id, from)]));
};

it('counts and times 50 calls as the log of SIPp has them', async () => {
  using agent = await openMediaEnd({ silenceMs: 400, dropEvery: 20 });
  using mute = await openMediaEnd({ silenceMs: null });
  const ports = { voicePort: agent.port, mutePort: mute.port };
  await using side = await startAnsweringSide(scratch(), { ...QUIET, ...ports });
  const { busy, unavailable, mute: silent, dropped } = NUMBERS;
  // In turns: of 50 calls, 5 go to each of these numbers, and 30 to an agent.
  const numbers = ['100', '101', busy, '102', unavailable, '103', silent, '104', dropped, '105'];
  const result = await runSip(side.address, [
    ...['--number', numbers.join(','), '--calls', '50', '--rate', '10/s', '--concurrency', '50'],
    ...['--hold', '3s', '--dtmf', '12#', '--dtmf-after', '1s'],
  ]);
  const log = side.log();
  const received = (what: RegExp): number =>
    log.filter((line) => line.isReceived && what.test(line.start)).length;
  const sent = (what: RegExp): number =>
    log.filter((line) => !line.isReceived && what.test(line.start) && /INVITE/.test(line.cseq))
      .length;

  // What the other side counts.
  expect(await side.statistics('IncomingCall(C)', 'SuccessfulCall(C)', 'FailedCall(C)')).toEqual([
    ...[50, 50, 0],
  ]);
  expect(result.calls).toHaveLength(50);
  expect(received(/^INVITE/)).toBe(50);
  expect(result.outcomes).toEqual({
    200: sent(/^SIP\/2.0 200/),
    486: sent(/^SIP\/2.0 486/),
    503: sent(/^SIP\/2.0 503/),
  });
  expect(result.outcomes).toEqual({ 200: 40, 486: 5, 503: 5 });
  expect(result.metrics['sip_call_failures.rate']).toBeCloseTo(0.2, 5);
  expect(result.metrics['sip_busy.rate']).toBeCloseTo(0.1, 5);
  expect(result.metrics['sip_unavailable.rate']).toBeCloseTo(0.1, 5);
  expect(result.metrics['sip_client_errors.rate']).toBeCloseTo(0.1, 5);
  expect(result.metrics['sip_server_errors.rate']).toBeCloseTo(0.1, 5);
  // Every call was acknowledged, and ended by one BYE.
  expect(received(/^ACK/)).toBe(50);
  expect(received(/^BYE/)).toBe(35);
  expect(result.metrics['sip_dropped.rate']).toBeCloseTo(5 / 40, 5);

  // Times of each call, and the rate.
  const ringing = between(log, /^INVITE/, /^SIP\/2.0 180/);
  const answering = between(log, /^INVITE/, /^SIP\/2.0 200/);
  for (const { signalling, to } of result.calls) {
    const { callId, invitedAtMs, ringingAtMs, answeredAtMs } = signalling;
    if (answeredAtMs === null || ringingAtMs === null) {
      expect([busy, unavailable]).toContain(to);
      continue;
    }
    for (const [mine, theirs] of [
      [ringingAtMs - invitedAtMs, ringing.get(callId)],
      [answeredAtMs - invitedAtMs, answering.get(callId)],
    ] as const) {
      expect(mine).toBeGreaterThan((theirs ?? Number.NaN) - LOGGED_MS);
      expect(mine).toBeLessThan((theirs ?? Number.NaN) + HELD_UP_MS);
    }
  }
  const begins = log.filter(({ start }) => start.startsWith('INVITE')).map(({ atMs }) => atMs);
  const rate = 49_000 / (Math.max(...begins) - Math.min(...begins));
  expect(result.achievedCallsPerSecond).toBeCloseTo(rate, 1);

  // Audio: one agent is mute, and the other one is silent for 400 ms and drops 5 % of its packets.
  const answered = result.calls.filter(({ outcome }) => outcome === '200');
  for (const { to, media, signalling } of answered) {
    if (to === silent) expect(media).toMatchObject({ packets: 0, firstAtMs: null, dtmf: '12#' });
    else {
      const firstMs = (media?.firstAtMs ?? 0) - (signalling.answeredAtMs ?? 0);
      expect((media?.voiceAtMs ?? 0) - (signalling.answeredAtMs ?? 0)).toBeGreaterThan(
        firstMs + 300,
      );
    }
    expect(media?.sent).toBeGreaterThan(0);
  }
  expect(result.metrics['sip_one_way.rate']).toBeCloseTo(5 / 35, 5);
  expect(result.metrics['sip_packet_loss.rate']).toBeGreaterThan(0.04);
  expect(result.metrics['sip_packet_loss.rate']).toBeLessThan(0.06);
  const packets = answered.reduce((sum, { media }) => sum + (media?.sent ?? 0), 0);
  const arrived = [...agent.received.values(), ...mute.received.values()].reduce(
    (a, b) => a + b,
    0,
  );
  // Events of DTMF are packets, too: 11 for each digit.
  expect(arrived + 35 * 33).toBe(packets);
  const digits = [...agent.digits.values(), ...mute.digits.values()];
  expect(digits).toEqual(Array.from({ length: 35 }, () => '12#'));

  expect(result.exit).toBe(99);
  expect(result.about).toContain('never run against livekit/sip');
});

it('answers a challenge, transfers, and is refused with a wrong password', async () => {
  using agent = await openMediaEnd({ silenceMs: 0 });
  const credentials = { username: 'anna', password: 'hunter2' };
  const ports = { voicePort: agent.port, mutePort: agent.port };
  await using side = await startAnsweringSide(scratch(), { ...QUIET, ...ports, credentials });
  const flags = ['--number', '100', '--calls', '5', '--rate', '5/s', '--hold', '2s'];
  const transfer = ['--transfer-to', 'sip:200@example.com', '--auth', 'env:TRUNK'];
  const right = await runSip(side.address, [...flags, ...transfer], { TRUNK: 'anna: hunter2' });
  expect(right.outcomes).toEqual({ 200: 5 });
  expect(right.metrics['sip_transfer_failures.rate']).toBe(0);
  expect(right.metrics['sip_dropped.rate']).toBe(0);
  for (const { signalling } of right.calls)
    expect(signalling).toMatchObject({ isChallenged: true, referStatus: 202, transferStatus: 200 });
  const log = side.log();
  expect(log.filter(({ start }) => start.startsWith('REFER'))).toHaveLength(5);

  const wrong = await runSip(side.address, [...flags, '--auth', 'env:TRUNK'], {
    TRUNK: 'anna: hunter3',
  });
  expect([wrong.outcomes, wrong.exit]).toEqual([{ 403: 5 }, 99]);
  const without = await runSip(side.address, flags);
  expect([without.outcomes, without.exit]).toEqual([{ 401: 5 }, 99]);
});

it('reports a transfer that fails, over TCP', async () => {
  using agent = await openMediaEnd({ silenceMs: 0 });
  const answering = { ...QUIET, voicePort: agent.port, mutePort: agent.port };
  await using side = await startAnsweringSide(
    scratch(),
    { ...answering, transferStatus: 503 },
    'tcp',
  );
  const result = await runSip(`sip:${side.address};transport=tcp`, [
    ...['--number', '100', '--calls', '2', '--rate', '2/s', '--hold', '2s', '--codec', 'pcmu'],
    ...['--transfer-to', 'tel:+15105550100'],
  ]);
  expect(result.outcomes).toEqual({ 200: 2 });
  expect(result.metrics['sip_transfer_failures.rate']).toBe(1);
});

it('cancels what is not answered, and ends open calls at Ctrl-C', async () => {
  using agent = await openMediaEnd({ silenceMs: 0 });
  const ports = { voicePort: agent.port, mutePort: agent.port };
  await using side = await startAnsweringSide(scratch(), { ...QUIET, ...ports });
  const cancelled = await runSip(side.address, [
    ...['--number', NUMBERS.ringing, '--answer-within', '1s'],
  ]);
  expect([cancelled.outcomes, cancelled.exit]).toEqual([{ no_answer: 1 }, 99]);
  const started = (what: string): number =>
    side.log().filter((line) => line.isReceived && line.start.startsWith(what)).length;
  expect(started('CANCEL')).toBe(1);

  const folder = scratch();
  const secret = 'password-that-no-process-shows';
  const swarm = startSwarm(
    [
      ...['sip', side.address, '--number', '100', '--calls', '10', '--rate', '10/s', '--json'],
      ...['--hold', '60s', '--auth', 'env:TRUNK'],
    ],
    { TRUNK: `anna: ${secret}`, TMPDIR: folder },
  );
  await swarm.says(/10 answered/);
  const shown = execFileSync('ps', ['-ewwo', 'args'], { encoding: 'utf8' });
  expect(shown).toContain('caller.xml');
  expect(shown).not.toContain(secret);
  const folders = readdirSync(folder).filter((name) => name.startsWith('swarm-sip-'));
  expect(folders.flatMap((name) => readdirSync(join(folder, name)))).not.toContain('calls.csv');
  const processes = swarm.processes();
  swarm.signal('SIGINT');
  expect(await swarm.ended).toBe(130);
  expect(started('BYE')).toBe(10);
  await expectGone(processes);
  expect(readdirSync(folder).filter((name) => name.startsWith('swarm-sip-'))).toEqual([]);
});

it('ends a call that is answered when it was cancelled already, with ACK and BYE', async () => {
  using agent = await openMediaEnd({ silenceMs: 0 });
  const ports = { voicePort: agent.port, mutePort: agent.port };
  await using side = await startAnsweringSide(scratch(), { ...QUIET, ...ports });
  const numbers = [NUMBERS.late, NUMBERS.lateFirst];
  const result = await runSip(side.address, [
    ...['--number', numbers.join(','), '--calls', '4', '--rate', '4/s', '--answer-within', '1s'],
  ]);
  expect([result.outcomes, result.exit]).toEqual([{ no_answer: 4 }, 99]);
  for (const { signalling } of result.calls)
    expect(signalling).toMatchObject({
      ...{ end: 'no_answer', answeredAtMs: null, lateAnswerAtMs: expect.any(Number) },
      byeAnsweredAtMs: expect.any(Number),
    });
  const log = side.log();
  const received = (what: string): string[] =>
    log
      .filter(({ isReceived, start }) => isReceived && start.startsWith(what))
      .map((one) => one.callId);
  for (const method of ['CANCEL', 'ACK', 'BYE'])
    expect(new Set(received(method)).size, method).toBe(4);
  expect(await side.statistics('CurrentCall', 'SuccessfulCall(C)', 'FailedCall(C)')).toEqual([
    ...[0, 4, 0],
  ]);
});

it('sends no audio to a side that holds the call, until it resumes', async () => {
  using agent = await openMediaEnd({ silenceMs: 0 });
  const ports = { voicePort: agent.port, mutePort: agent.port };
  await using side = await startAnsweringSide(scratch(), { ...QUIET, ...ports });
  const held = await runSip(side.address, ['--number', NUMBERS.held, '--hold', '2s']);
  expect(held.calls[0]?.media).toMatchObject({ sent: 0, hasAddress: false });
  expect([...agent.received]).toEqual([]);
  // By an offer, and by an INVITE without one, whose ACK answers the offer of the caller.
  for (const number of [NUMBERS.resumed, NUMBERS.resumedByAck]) {
    const resumed = await runSip(side.address, [
      ...['--number', number, '--hold', '4s', '--dtmf', '7'],
    ]);
    const [call] = resumed.calls;
    expect(call?.media).toMatchObject({ hasAddress: true, dtmf: '7' });
    const { byeAtMs, answeredAtMs } = call?.signalling ?? {};
    const talkMs = (byeAtMs ?? Number.NaN) - (answeredAtMs ?? Number.NaN);
    // One packet each 20 ms, and none in the second on hold; half of it is for late timers.
    expect(call?.media?.sent).toBeGreaterThan(0);
    expect(call?.media?.sent).toBeLessThan((talkMs - 500) / 20);
  }
  expect([...agent.digits.values()].join('')).toBe('77');
});

it('exits with 3 where nothing answers', async () => {
  const result = await runSip('127.0.0.1:9', ['--number', '100', '--answer-within', '1s']);
  expect([result.exit, result.outcomes]).toEqual([3, { no_answer: 1 }]);
});
