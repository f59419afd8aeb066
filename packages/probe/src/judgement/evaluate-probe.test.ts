import { describe, expect, it } from 'vitest';
import { observation, sideIn, track } from '../../test/support/observations.ts';
import { absent, identityOf, type Observation } from '../observation.ts';
import { evaluateProbe } from './evaluate-probe.ts';

const reasons = (seen: Observation): string[] =>
  evaluateProbe(seen).failures.map(({ reason }) => reason);
const from = identityOf('b');

describe('evaluateProbe', () => {
  it('succeeds when both participants received media from each other', () => {
    const result = evaluateProbe(observation('audio_pair'));
    expect(result).toMatchObject({
      success: true,
      failures: [],
      received: { a: true, b: true },
      rttMs: 2,
    });
    expect(result.media).toEqual([
      {
        kind: 'audio',
        packets: { up: 300, down: 300 },
        loss: { up: 0, down: 0 },
        jitterMs: 1,
        latencyP50Ms: 3,
        latencyP95Ms: 4,
      },
    ]);
  });

  it('distinguishes split brain from missing media', () => {
    expect(
      reasons(
        observation('audio_pair', {}, { a: { others: [], tracks: [track({ direction: 'up' })] } }),
      ),
    ).toEqual(['participant_missing']);
    expect(
      reasons(observation('audio_pair', {}, { a: { tracks: [track({ direction: 'up' })] } })),
    ).toEqual(['media_missing']);
    // A third participant in the room does not replace the other side.
    expect(reasons(observation('audio_pair', {}, { a: { others: ['stranger'] } }))).toEqual([
      'participant_missing',
    ]);
  });

  it.each([
    ['three bytes per packet are silence', { packets: 150, bytes: 450 }],
    ['nine packets are not enough', { packets: 9, bytes: 900 }],
    ['no packets', { packets: 0, bytes: 0 }],
    ['media of another participant', { publisher: 'stranger' }],
  ])('requires audible media of the other participant, not just packets: %s', (_what, given) => {
    const seen = observation(
      'audio_pair',
      {},
      { a: { tracks: [track({ direction: 'down', publisher: from, ...given })] } },
    );
    expect(evaluateProbe(seen).received).toEqual({ a: false, b: true });
    expect(reasons(seen)).toEqual(['media_missing']);
  });

  it('counts video as received once a keyframe has arrived', () => {
    const video = (width: number) => [
      track({ direction: 'down', publisher: from }),
      track({ direction: 'down', publisher: from, kind: 'video', width, height: width }),
    ];
    const b = {
      tracks: [
        track({ direction: 'down', publisher: identityOf('a') }),
        track({
          direction: 'down',
          publisher: identityOf('a'),
          kind: 'video',
          width: 2,
          height: 2,
        }),
      ],
    };
    expect(reasons(observation('video_pair', {}, { a: { tracks: video(640) }, b }))).toEqual([]);
    expect(reasons(observation('video_pair', {}, { a: { tracks: video(0) }, b }))).toEqual([
      'media_missing',
    ]);
    expect(
      reasons(
        observation('video_pair', { audio: false }, { a: { tracks: video(640).slice(1) }, b }),
      ),
    ).toEqual([]);
  });

  it('adds both one-way latencies of data, and reports no round trip when one is missing', () => {
    const flow = (ms: number, lost = 0) =>
      track({
        direction: 'down',
        kind: 'data',
        packets: 30,
        lost,
        latencyP50Ms: ms,
        latencyP95Ms: 2 * ms,
      });
    const both = observation(
      'data_echo',
      {},
      { a: { tracks: [flow(10)] }, b: { tracks: [flow(20)] } },
    );
    expect(evaluateProbe(both)).toMatchObject({
      success: true,
      data: { echoP50Ms: 30, echoP95Ms: 60, loss: 0 },
    });
    const one = observation('data_echo', {}, { a: { tracks: [flow(10)] }, b: { tracks: [] } });
    expect(evaluateProbe(one)).toMatchObject({
      success: false,
      received: { a: true, b: false },
      data: { echoP50Ms: null, loss: 0 },
    });
    const lossy = observation(
      'data_echo',
      { limits: { latency: 50 } },
      { a: { tracks: [flow(10, 10)] }, b: { tracks: [flow(20)] } },
    );
    expect(reasons(lossy)).toEqual(['data_lost', 'data_slow']);
    const justTooSlow = observation(
      'data_echo',
      { limits: { latency: 50 } },
      { a: { tracks: [flow(10)] }, b: { tracks: [flow(15.02)] } },
    );
    expect(evaluateProbe(justTooSlow).failures.map(({ message }) => message)).toEqual([
      'data there and back (p95) was 50.04 ms, more than 50 ms',
    ]);
  });

  it('reports each exceeded limit, and none for a value at the limit', () => {
    const down = (given: object) => ({
      tracks: [track({ direction: 'up' }), track({ direction: 'down', publisher: from, ...given })],
    });
    expect(
      reasons(
        observation(
          'audio_pair',
          { limits: { loss: 0.02 } },
          { a: down({ packets: 96, lost: 4 }), b: { tracks: [] } },
        ),
      ),
    ).toContain('loss');
    const up = {
      tracks: [
        track({ direction: 'up', packets: 100, lost: 50 }),
        track({ direction: 'down', publisher: from }),
      ],
    };
    expect(reasons(observation('audio_pair', { limits: { loss: 0.02 } }, { a: up }))).toEqual([
      'loss',
    ]);
    expect(
      reasons(observation('audio_pair', { limits: { jitter: 30 } }, { a: down({ jitterMs: 31 }) })),
    ).toEqual(['jitter']);
    expect(
      reasons(observation('audio_pair', { limits: { jitter: 31 } }, { a: down({ jitterMs: 31 }) })),
    ).toEqual([]);
    expect(
      reasons(
        observation('audio_pair', { limits: { latency: 100 } }, { a: down({ latencyP95Ms: 101 }) }),
      ),
    ).toEqual(['latency']);
    const slow = { phases: { started: 0, signal: 10, ice: 20, dtls: 30, joined: 5_001 } };
    expect(reasons(observation('audio_pair', {}, { b: slow }))).toEqual(['join_slow']);
    expect(reasons(observation('audio_pair', {}, { wantedNode: 'ND_two' }))).toEqual([
      'wrong_node',
      'wrong_node',
    ]);
  });

  it('reports no loss below zero', () => {
    const late = {
      tracks: [
        track({ direction: 'up', lost: -2 }),
        track({ direction: 'down', publisher: from, lost: -3 }),
      ],
    };
    expect(
      evaluateProbe(observation('audio_pair', {}, { a: late, b: late })).media[0]?.loss,
    ).toEqual({
      up: 0,
      down: 0,
    });
  });

  it.each([
    ['unreachable', 'unreachable'],
    ['tls', 'unreachable'],
    ['dns_failed', 'unreachable'],
    ['no_route', 'unreachable'],
    ['bad_gateway', 'unreachable'],
    ['login_required', 'unreachable'],
    ['unauthorized', 'rejected'],
    ['server_full', 'rejected'],
    ['token_rejected', 'token'],
    ['token_timeout', 'token'],
    ['ice_timeout', 'join_failed'],
    ['something_new', 'join_failed'],
  ])('classifies a join that failed with %s as %s', (reason, expected) => {
    const refused = { ...absent(), refusal: { reason, message: 'why' } };
    const seen = observation('audio_pair');
    expect(
      reasons({ ...seen, sides: { a: refused, b: sideIn('a', { others: [], tracks: [] }) } }),
    ).toEqual([expected]);
    expect(reasons(observation('audio_pair', {}, { room: { reason, message: 'why' } }))).toEqual([
      expected,
    ]);
  });

  it('names the side that timed out, and reports no split brain', () => {
    const seen = observation('audio_pair', {}, { outOfTime: true, measuredMs: 0 });
    const joining = { ...seen, sides: { a: seen.sides.a, b: absent() } };
    expect(evaluateProbe(joining).failures).toEqual([
      { reason: 'timeout', message: 'time was up while b was joining' },
    ]);
    const alone = { others: [], tracks: [] };
    expect(
      reasons(observation('audio_pair', {}, { outOfTime: true, measuredMs: 300, a: alone })),
    ).toEqual(['timeout']);
    expect(
      reasons(observation('join_only', {}, { outOfTime: true, measuredMs: 0, a: alone })),
    ).toEqual(['timeout']);
    expect(
      reasons(observation('audio_pair', {}, { outOfTime: true, measuredMs: 2_000, a: alone })),
    ).toEqual(['participant_missing', 'timeout']);
  });

  it('distinguishes a lost connection from an internal error', () => {
    expect(
      reasons(
        observation(
          'audio_pair',
          {},
          { a: { loss: { reason: 'signal_closed', message: 'gone' } } },
        ),
      ),
    ).toEqual(['disconnected']);
    expect(reasons(observation('audio_pair', {}, { internal: 'a bug' }))).toEqual(['internal']);
  });
});
