/** Participants of SIP calls, by the API of a real livekit-server. A stand-in joins them: livekit/sip is not run. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ParticipantInfo_Kind } from '@livekit/protocol';
import { startLiveKit } from '@livekit-swarm/lab';
import { deploymentAt, joinBySignal } from '@livekit-swarm/livekit';
import { skipWithout } from '@livekit-swarm/testkit/requirements';
import { startAnsweringSide } from '@livekit-swarm/testkit/sip/answering-side';
import { openMediaEnd } from '@livekit-swarm/testkit/sip/media-end';
import { AccessToken } from 'livekit-server-sdk';
import { expect, it } from 'vitest';
import { runSip } from '../support/sip.ts';
import { scratch } from '../support/swarm.ts';

await skipWithout('sipp');

/** Longest time from a join until the API is asked, and has answered, on a busy host, ms. */
const SEEN_WITHIN_MS = 1_500;

it('finds the participant of each call by its Call-ID, and the call without one', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  using agent = await openMediaEnd({ silenceMs: 0 });
  await using side = await startAnsweringSide(scratch(), {
    ...{ ringAfterMs: 10, answerAfterMs: 10, credentials: null, transferStatus: 200 },
    ...{ voicePort: agent.port, mutePort: agent.port },
  });
  const joined = new Map<string, number>();
  const join = async (callId: string, kind: ParticipantInfo_Kind): Promise<void> => {
    const identity = `${kind}-${callId}`;
    const attributes = { 'sip.callIDFull': callId };
    const token = new AccessToken(server.apiKey, server.apiSecret, { identity, attributes });
    token.kind = kind === ParticipantInfo_Kind.SIP ? 'sip' : 'standard';
    token.addGrant({ roomJoin: true, room: `call-${callId}` });
    const end = await joinBySignal(deploymentAt(server.url, 'v0'), await token.toJwt(), 5_000);
    if (!('leave' in end)) throw new Error(`no join: ${JSON.stringify(end)}`);
    if (kind === ParticipantInfo_Kind.SIP) joined.set(callId, Date.now());
  };
  const run = runSip(side.address, [
    ...['--number', '100', '--calls', '3', '--rate', '2/s', '--hold', '5s', '--url', server.url],
    ...['--api-key', server.apiKey, '--api-secret', server.apiSecret, '--room-prefix', 'call-'],
  ]);
  const done = new Set<string>();
  while (done.size < 3) {
    const answered = side
      .log()
      .filter(({ start, cseq }) => start.startsWith('SIP/2.0 200') && cseq.endsWith('INVITE'));
    for (const { callId } of answered) {
      if (done.has(callId)) continue;
      done.add(callId);
      // The last call has a participant of another kind alone, which is not the caller.
      await sleep(300);
      await join(
        callId,
        done.size === 3 ? ParticipantInfo_Kind.STANDARD : ParticipantInfo_Kind.SIP,
      );
    }
    await sleep(50);
  }
  const result = await run;
  expect(result.metrics['sip_room_missing.rate']).toBeCloseTo(1 / 3, 5);
  expect(result.metrics['sip_room_time.count']).toBe(2);
  expect(result.exit).toBe(99);
  for (const { room, signalling } of result.calls) {
    const joinedAtMs = joined.get(signalling.callId);
    if (joinedAtMs === undefined) {
      expect(room).toBeNull();
      continue;
    }
    expect(room?.room).toBe(`call-${signalling.callId}`);
    expect(room?.identity).toBe(`${ParticipantInfo_Kind.SIP}-${signalling.callId}`);
    // It joined between two questions to the API, of which the second one found it.
    expect(room?.notBeforeMs).toBeLessThan(joinedAtMs);
    expect(room?.seenAtMs).toBeLessThan(joinedAtMs + SEEN_WITHIN_MS);
  }
});
