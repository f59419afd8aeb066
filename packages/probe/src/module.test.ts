import { describe, expect, it } from 'vitest';
import { moduleOf, PROBE_KINDS, probeDurationMs } from './module.ts';

describe('moduleOf', () => {
  it.each(PROBE_KINDS)('%s has defaults for all settings', (kind) => {
    const { module, problems } = moduleOf(kind, {});
    expect(problems).toEqual([]);
    expect(module).toMatchObject({
      name: kind,
      kind,
      limits: { joinTimeMs: 5_000, loss: 0.05, jitterMs: null, latencyMs: null },
    });
  });

  it('plans the tracks and data of each kind', () => {
    const sent = (name: string, options = {}) => {
      const { publish, data, durationMs } = moduleOf(name, options).module;
      return {
        publish: publish.map(({ kind }) => kind),
        data: data?.messagesPerSecond ?? null,
        durationMs,
      };
    };
    expect(sent('audio_pair')).toEqual({ publish: ['audio'], data: null, durationMs: 3_000 });
    expect(sent('video_pair')).toEqual({
      publish: ['audio', 'video'],
      data: null,
      durationMs: 3_000,
    });
    expect(sent('video_pair', { audio: false, duration: 5_000 })).toEqual({
      publish: ['video'],
      data: null,
      durationMs: 5_000,
    });
    expect(sent('data_echo', { rate: 20 })).toEqual({ publish: [], data: 20, durationMs: 3_000 });
    expect(sent('join_only')).toEqual({ publish: [], data: null, durationMs: 0 });
    // The caller waits for two seconds, and speaks a sentence of 2.2 s.
    expect(sent('agent_call')).toEqual({ publish: ['audio'], data: null, durationMs: 4_200 });
  });

  it('takes its media, or until participants without tracks are announced', () => {
    const needed = (kind: string, options: object = {}) =>
      probeDurationMs(moduleOf(kind, options).module);
    expect([needed('audio_pair'), needed('audio_pair', { duration: 1_000 })]).toEqual([
      3_500, 1_500,
    ]);
    expect([
      needed('join_only'),
      needed('data_echo', { duration: 1_000 }),
      needed('data_echo', { duration: 9_000 }),
    ]).toEqual([3_500, 3_500, 9_500]);
  });

  it('rejects settings that a kind does not have, by the kind', () => {
    const problems = (name: string, options: object) =>
      moduleOf(name, options).problems.map(({ key, message }) => `${key}: ${message}`);
    expect(problems('join_only', { duration: 3_000 })).toEqual([
      'duration: join_only has no duration',
    ]);
    expect(problems('audio_pair', { agent: 'support', limits: { response: 800 } })).toEqual([
      'agent: audio_pair has no agent',
      'limits: audio_pair has no response',
    ]);
    expect(problems('talk', { kind: 'audio_pair', codec: 'vp8', rate: 1 })).toEqual([
      'codec: audio_pair has no codec',
      'rate: audio_pair has no rate',
    ]);
  });
});
