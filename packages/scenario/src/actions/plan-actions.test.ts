import { groupOf, roleOf, scenarioOf } from '@livekit-swarm/testkit/scenario-of';
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { formatScenario } from '../language/write/format-scenario.ts';
import { expandPlan } from '../plan/expand.ts';
import type { RoleSpec } from '../role-keys/registry.ts';
import type { ActionSpec } from './action-spec.ts';

const always = (ms: number) => ({ distribution: 'constant', ms }) as const;
const SCREEN = {
  kind: 'video',
  source: 'screen',
  codec: 'vp8',
  resolution: '1080p',
  simulcast: false,
} as const;

const action = (spec: Pick<ActionSpec, 'step'> & Partial<ActionSpec>): ActionSpec => ({
  at: always(10_000),
  for: null,
  every: null,
  ...spec,
});

/** Plan of one room for a minute, with a host that acts and a viewer. */
const planOf = (host: Partial<RoleSpec>, seed = 1) =>
  expandPlan(
    scenarioOf(
      [
        groupOf(
          { type: 'constant-rooms', rooms: 1, joinRate: 1_000, durationMs: 60_000 },
          {
            roles: [
              roleOf({ name: 'host', count: 1, ...host }),
              roleOf({ name: 'viewer', count: 1, publish: [] }),
            ],
          },
        ),
      ],
      { seed },
    ),
    'r',
  ).participants;

const steps = (host: Partial<RoleSpec>, seed?: number) =>
  (planOf(host, seed)[0]?.actions ?? []).map(({ atMs, do: name }) => [Math.round(atMs), name]);

describe('actions of a plan', () => {
  it('undoes an action after its duration, and repeats it until the end of the stay', () => {
    const mute = { step: { do: 'mute', source: 'audio' }, for: always(5_000) } as const;
    expect(steps({ actions: [action(mute)] })).toEqual([
      [10_000, 'mute'],
      [15_000, 'unmute'],
    ]);
    expect(steps({ actions: [action({ ...mute, every: always(20_000) })] })).toEqual([
      [10_000, 'mute'],
      [15_000, 'unmute'],
      [30_000, 'mute'],
      [35_000, 'unmute'],
      [50_000, 'mute'],
      [55_000, 'unmute'],
    ]);
  });

  it('draws the same times for the same seed, and different ones for another', () => {
    const actions = [
      action({
        at: { distribution: 'uniform', minMs: 1_000, maxMs: 50_000 },
        step: { do: 'publish', track: SCREEN },
      }),
    ];
    expect(steps({ actions })).toEqual(steps({ actions }));
    expect(steps({ actions })).not.toEqual(steps({ actions }, 2));
    const withAnother = [...actions, action({ step: { do: 'set', name: 'Ann' } })];
    expect(steps({ actions: withAnother })).toContainEqual(steps({ actions })[0]);
  });

  it('ends a stay at the disappearance of the participant', () => {
    const [host] = planOf({
      actions: [
        action({ step: { do: 'disappear' }, at: always(20_000) }),
        action({ step: { do: 'mute', source: 'audio' }, at: always(30_000) }),
      ],
    });
    expect(host?.leaveAtMs).toBe(20_000);
    expect(host?.actions).toEqual([{ atMs: 20_000, do: 'disappear' }]);
  });

  it('states the whole permission after each change, and restores it', () => {
    const [host] = planOf({
      publish: [],
      grants: { canPublish: false },
      actions: [
        action({
          step: {
            do: 'permit',
            permission: { canPublish: true, canPublishSources: ['screen_share'] },
          },
          for: always(5_000),
        }),
      ],
    });
    const common = { canPublishData: false, canSubscribe: true, canUpdateOwnMetadata: false };
    expect(host?.actions).toEqual([
      {
        atMs: 10_000,
        do: 'permit',
        permission: { ...common, canPublish: true, canPublishSources: ['screen_share'] },
      },
      {
        atMs: 15_000,
        do: 'permit',
        permission: { ...common, canPublish: false, canPublishSources: [] },
      },
    ]);
  });
});

describe('tracks that others must receive', () => {
  const expected = (host: Partial<RoleSpec>) => planOf(host)[1]?.expectedTracks;

  it.each<[string, ActionSpec[], number, number]>([
    ['nothing changes', [], 1, 0],
    [
      'muted for a while',
      [action({ step: { do: 'mute', source: 'audio' }, for: always(9_000) })],
      1,
      0,
    ],
    [
      'muted from the start',
      [action({ at: always(0), step: { do: 'mute', source: 'audio' } })],
      0,
      0,
    ],
    [
      'muted before five seconds have passed',
      [action({ at: always(3_000), step: { do: 'mute', source: 'audio' } })],
      0,
      0,
    ],
    [
      'a screen for twenty seconds',
      [action({ step: { do: 'publish', track: SCREEN }, for: always(20_000) })],
      1,
      1,
    ],
    [
      'a screen three times',
      [
        action({
          step: { do: 'publish', track: SCREEN },
          for: always(6_000),
          every: always(15_000),
        }),
      ],
      1,
      1,
    ],
    [
      'a screen for too short a time',
      [action({ step: { do: 'publish', track: SCREEN }, for: always(3_000) })],
      1,
      0,
    ],
    [
      'a permission that is revoked at once',
      [action({ at: always(2_000), step: { do: 'permit', permission: { canPublish: false } } })],
      0,
      0,
    ],
    [
      'a screen after the permission for it',
      [
        action({
          step: { do: 'permit', permission: { canPublishSources: ['microphone', 'screen_share'] } },
        }),
        action({ at: always(20_000), step: { do: 'publish', track: SCREEN } }),
      ],
      1,
      1,
    ],
  ])('%s', (_, actions, audio, video) => {
    expect(expected({ actions })).toEqual({ audio, video });
  });

  it('does not expect a screen that the grants forbid', () => {
    const grants = { canPublishSources: ['microphone' as const] };
    const actions = [action({ step: { do: 'publish', track: SCREEN } })];
    expect(expected({ actions, grants })).toEqual({ audio: 1, video: 0 });
  });
});

const AS = { file: 'call.yaml' };
const FILE = `
scenario: call
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 1m
    roles:
      host:
        publish: audio
        actions:
          - { at: 10s, do: mute, track: audio, for: 5s }
          - { at: { uniform: [10s, 20s] }, do: publish, track: { screen: 720p }, for: 20s, every: 30s }
          - { at: 5s, do: set, name: Ann, attributes: { hand: raised } }
          - { at: 30s, do: permit, permission: { canPublish: false } }
          - { at: 40s, do: simulate, simulate: subscriber-bandwidth, bandwidth: 300kbit/s, for: 5s }
          - { at: 50s, do: disappear }
      viewer: {}
`;

describe('actions in a file', () => {
  it('are written in the form in which they are read', () => {
    const scenario = parseScenario(FILE, AS);
    expect(scenario.groups[0]?.roles[0]?.actions).toHaveLength(6);
    expect(parseScenario(formatScenario(scenario), AS)).toEqual(scenario);
  });

  it.each([
    ['do: mute', 'must name the track to mute'],
    ['do: mute, track: camera', 'must name the track to mute'],
    ['do: mute, track: audio, name: Ann', 'has no effect on mute'],
    ['do: disappear, for: 5s', 'disappear cannot be undone'],
    ['do: set', 'must set something'],
    ['do: simulate, simulate: migration, bandwidth: 1Mbit/s', 'has no effect on migration'],
    ['do: simulate, simulate: subscriber-bandwidth', 'needs a bandwidth'],
    ['do: dance', 'unknown action "dance"'],
  ])('are rejected with the reason: %s', (written, message) => {
    expect(() => parseScenario(FILE.replace('do: disappear', written), AS)).toThrow(message);
  });
});
