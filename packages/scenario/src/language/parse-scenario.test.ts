import { readdirSync, readFileSync } from 'node:fs';
import { formatThreshold } from '@livekit-swarm/metrics';
import { describe, expect, it } from 'vitest';
import {
  CALLS,
  calls,
  lessons,
  marked,
  ROLES,
  role,
  thresholds,
} from '../../test/support/scenario-text.ts';
import { parseScenario, readScenario } from './parse-scenario.ts';

describe('equivalent scenario files', () => {
  const read = (text: string) => parseScenario(text, { file: 'x.yaml' });

  it('a threshold may be alone, with or without its properties', () => {
    const texts = [
      'join_time: p(95)<2000',
      'join_time: [p(95)<2000]',
      'join_time: { threshold: p(95)<2000 }',
      '"join_time ": ["p(95) < 2s"]',
    ];
    for (const text of texts)
      expect(read(thresholds(text)).thresholds.map(formatThreshold)).toEqual([
        'join_time: p(95)<2000',
      ]);
    const aborting =
      'join_time: { threshold: p(95)<2000, abortOnFail: true, delayAbortEval: 1m30s }';
    expect(read(thresholds(aborting)).thresholds.map(formatThreshold)).toEqual([
      'join_time: p(95)<2000 abortOnFail after 90s',
    ]);
  });

  it('descriptions may have several lines', () => {
    for (const text of [
      'description: a b',
      'description: >\n  a\n  b',
      'description: |\n  a\n  b',
      'description: "a\\n\\tb"',
    ]) {
      expect(read(`${CALLS}${text}\n`).description).toBe('a b');
    }
  });

  it('tracks may be strings, lists or profiles', () => {
    const publishOf = (text: string) =>
      read(`${role(`{ publish: ${text} }`)}profiles: { talk: audio, look: [{ video: 360p }] }\n`)
        .groups[0]?.roles[1]?.publish;
    const video = {
      kind: 'video',
      source: 'camera',
      codec: 'vp8',
      resolution: '360p',
      simulcast: false,
    };
    expect(publishOf('none')).toEqual([]);
    expect(publishOf('talk')).toEqual([{ kind: 'audio' }]);
    expect(publishOf('[talk, look]')).toEqual([{ kind: 'audio' }, video]);
    expect(publishOf('[audio, { video: 360p }]')).toEqual([{ kind: 'audio' }, video]);
    expect(publishOf('screen')).toEqual([{ ...video, source: 'screen', resolution: '1080p' }]);
  });

  it('keys of the user may define anchors', () => {
    const text = `x-role: &talker { count: 2, publish: audio }\nx-group: &calls\n  executor: constant-rooms\n  rooms: 3\n  duration: 10s\n  roles: { caller: *talker }\n`;
    const { groups } = read(
      `${text}scenario: x\ngroups:\n  a: *calls\n  b: { <<: *calls, rooms: 4 }\n`,
    );
    expect(
      groups.map(({ name, executor, roles }) => [
        name,
        'rooms' in executor && executor.rooms,
        roles[0]?.count,
      ]),
    ).toEqual([
      ['a', 3, 2],
      ['b', 4, 2],
    ]);
  });

  it('defaults are filled in', () => {
    expect(read(CALLS)).toEqual({
      name: 'x',
      description: null,
      tags: {},
      seed: 1,
      windows: [],
      thresholds: [],
      groups: [
        {
          name: 'calls',
          room: null,
          roomPrefix: 'swarm',
          startMs: 0,
          joinSpreadMs: 0,
          executor: { type: 'constant-rooms', rooms: 3, joinRate: 50, durationMs: 10_000 },
          roles: [
            {
              name: 'caller',
              count: 2,
              publish: [{ kind: 'audio' }],
              data: null,
              subscribe: true,
              layout: { type: 'all' },
              grants: {},
              network: null,
              permanent: false,
              path: 'direct',
              e2ee: null,
            },
          ],
        },
      ],
    });
  });

  it('unnamed stages get names, with their group in front if several groups have stages', () => {
    const group = (name: string) =>
      `  ${name}: { executor: ramping-rooms, stages: [{ duration: 9s, target: 3 }, { name: ${name}-down, duration: 9s, target: 0 }], ${ROLES} }\n`;
    const stagesOf = (text: string) =>
      read(text).groups.flatMap(({ executor }) =>
        'stages' in executor ? executor.stages.map(({ name }) => name) : [],
      );
    expect(stagesOf(`scenario: x\ngroups:\n${group('a')}`)).toEqual(['stage-1', 'a-down']);
    expect(stagesOf(`scenario: x\ngroups:\n${group('a')}${group('b')}`)).toEqual([
      'a-stage-1',
      'a-down',
      'b-stage-1',
      'b-down',
    ]);
  });

  it('lessons that repeat are listed', () => {
    const { groups } = read(
      lessons(
        'lessons: [{ name: lesson, at: 1m, rooms: 2, joinSpread: 1m, duration: 50m, repeat: { every: 1h, times: 3 } }]',
      ),
    );
    expect(groups[0]?.executor).toMatchObject({
      lessons: [
        { name: 'lesson-1', atMs: 60_000 },
        { name: 'lesson-2', atMs: 3_660_000 },
        {
          name: 'lesson-3',
          atMs: 7_260_000,
          rooms: 2,
          joinSpreadMs: 60_000,
          durationMs: 3_000_000,
        },
      ],
    });
  });
});

describe('warnings', () => {
  const warningsOf = (text: string): string[] =>
    readScenario(text, { file: 'x.yaml' }).warnings.map(
      ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
    );

  it.each([
    [
      'tracks that may not be published',
      role('{ publish: audio, grants: { ‸canPublish: false } }'),
      /will not allow them to publish/,
    ],
    [
      'a source that may not be published',
      role('{ publish: [audio, video], grants: { ‸canPublishSources: [microphone] } }'),
      /publish their camera/,
    ],
    [
      'data that may not be sent',
      role('{ data: 3/s, grants: { ‸canPublishData: false } }'),
      /send data/,
    ],
    [
      'tracks that may not be received',
      role('{ subscribe: true, grants: { ‸canSubscribe: false } }'),
      /receive anything/,
    ],
    [
      'tracks that no participant may receive',
      role('{ grants: { ‸canSubscribe: false } }'),
      /receive anything/,
    ],
    [
      'hidden participants that publish',
      role('{ publish: audio, grants: { ‸hidden: true } }'),
      /be visible/,
    ],
    [
      'a profile that is not published',
      `${CALLS}profiles: { ‸camera: [video] }\n`,
      /no role publishes this profile/,
    ],
    [
      'subscribers in a room of others',
      calls('executor: constant-rooms\nroom: hall\nduration: 9s\nroles: { ‸me: {} }'),
      /no participant of this scenario sends anything into "hall"/,
    ],
    [
      'a window beyond the end',
      `${CALLS}windows: [{ name: a, from: 3s, to: ‸20s }]\n`,
      /the run ends after 10\.1s/,
    ],
  ])('%s', (_what, text, message) => {
    const { text: odd, line, column } = marked(text);
    expect(warningsOf(odd)).toEqual([
      expect.stringMatching(new RegExp(`^${line}:${column} .*${message.source}`)),
    ]);
  });

  it('do not occur in the library', () => {
    const folder = new URL('../../../../scenarios/', import.meta.url);
    const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      expect(readScenario(text, { file, scale: 'small' }).warnings, file).toEqual([]);
    }
  });
});
