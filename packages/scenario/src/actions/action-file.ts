import { bitRate, customIssue, hinted, strict, text, word } from '@livekit-swarm/settings';
import { z } from 'zod';
import { distribution, distributionForm } from '../executors/duration-distribution.ts';
import { type Entry, type FileForm, form } from '../language/write/form.ts';
import { bitRateText } from '../language/write/texts.ts';
import { permission } from '../permission.ts';
import { TRACKS_BY_WORD, track, trackForm } from '../track-file.ts';
import {
  type ActionName,
  type ActionSource,
  type ActionSpec,
  type ActionStep,
  SIMULATIONS,
} from './action-spec.ts';

const ACTION_WORDS = [
  'mute',
  'unmute',
  'publish',
  'unpublish',
  'set',
  'permit',
  'simulate',
  'change-address',
  'disappear',
  'join-again',
] as const satisfies readonly ActionName[];

const TRACK_HINT = 'write audio, video or screen; to publish also { screen: 1080p }';

/**
 * Shortest interval between repetitions of an action, ms: a person does nothing more often than
 * this.
 */
const MIN_INTERVAL_MS = 100;

const keys = {
  at: distribution(0).describe('Time after the scheduled join of each participant.'),
  do: word(ACTION_WORDS, 'action').describe('Kind of the action.'),
  track: z
    .union([z.string(), track], { error: hinted('must be a track', TRACK_HINT) })
    .optional()
    .describe(
      'For mute, unmute, publish and unpublish: audio, video or screen; what is published may have properties.',
    ),
  for: distribution().optional().describe('Undone after this. Default: not undone.'),
  every: distribution(MIN_INTERVAL_MS)
    .optional()
    .describe('Again and again, until it leaves. Default: once.'),
  name: text(256, 'a name').optional().describe('For set: its display name.'),
  metadata: text(10_000, 'metadata').optional().describe('For set: its metadata.'),
  attributes: z
    .record(z.string(), z.string(), {
      error: hinted('must be a mapping', 'write { hand: raised }'),
    })
    .optional()
    .describe('For set: attributes, added to those it has.'),
  permission: permission()
    .optional()
    .describe('For permit: what changes of its LiveKit permission, by the room service.'),
  simulate: word(SIMULATIONS, 'simulation')
    .optional()
    .describe('For simulate: what livekit-client’s simulateScenario asks of the server.'),
  bandwidth: bitRate()
    .optional()
    .describe('For simulate: subscriber-bandwidth: what the server assumes.'),
};

/** Keys that belong to each action, besides its times. */
const KEYS_OF: Record<ActionName, readonly (keyof typeof keys)[]> = {
  mute: ['track'],
  unmute: ['track'],
  publish: ['track'],
  unpublish: ['track'],
  set: ['name', 'metadata', 'attributes'],
  permit: ['permission'],
  simulate: ['simulate', 'bandwidth'],
  'change-address': [],
  disappear: [],
  'join-again': [],
};

const FOREVER: ReadonlySet<ActionName> = new Set([
  'set',
  'change-address',
  'disappear',
  'join-again',
]);

const SOURCE_OF_WORD: Readonly<Record<string, ActionSource>> = {
  audio: 'audio',
  video: 'camera',
  screen: 'screen',
};

/** Schema of an action, `{ at: 10s, do: mute, track: audio, for: 5s }`. */
const action = strict(keys)
  .transform((given, context): ActionSpec => {
    if (context.issues.length > 0) return z.NEVER;
    const complain = (key: string | null, message: string, hint: string): never => {
      context.addIssue(customIssue(key === null ? [] : [key], message, hint));
      return z.NEVER;
    };
    const { at, do: name, for: lasting = null, every = null } = given;
    for (const key of [
      'track',
      'name',
      'metadata',
      'attributes',
      'permission',
      'simulate',
      'bandwidth',
    ] as const)
      if (given[key] !== undefined && !KEYS_OF[name].includes(key))
        return complain(key, `has no effect on ${name}`, 'leave it out');
    const isForever =
      FOREVER.has(name) || (name === 'simulate' && given.simulate !== 'subscriber-bandwidth');
    if (lasting !== null && isForever)
      return complain('for', `${name} cannot be undone`, 'leave it out');
    if (every !== null && name === 'disappear')
      return complain('every', 'a participant disappears once', 'leave it out');
    const done = (step: ActionStep): ActionSpec => ({ at, for: lasting, every, step });
    const { track: what } = given;
    switch (name) {
      case 'mute':
      case 'unmute':
      case 'unpublish': {
        const source = typeof what === 'string' ? SOURCE_OF_WORD[what] : undefined;
        if (source === undefined)
          return complain(
            what === undefined ? null : 'track',
            `must name the track to ${name}`,
            'write track: audio, video or screen',
          );
        return done({ do: name, source });
      }
      case 'publish': {
        const published = typeof what === 'string' ? TRACKS_BY_WORD[what] : what;
        if (published === undefined)
          return complain(
            what === undefined ? null : 'track',
            'must name the track to publish',
            TRACK_HINT,
          );
        return done({ do: name, track: published });
      }
      case 'set': {
        const { name: called, metadata, attributes } = given;
        if (called === undefined && metadata === undefined && attributes === undefined)
          return complain(null, 'must set something', 'write name, metadata or attributes');
        return done({
          do: name,
          ...(called !== undefined && { name: called }),
          ...(metadata !== undefined && { metadata }),
          ...(attributes !== undefined && { attributes }),
        });
      }
      case 'permit':
        if (given.permission === undefined || Object.keys(given.permission).length === 0)
          return complain(null, 'must say what changes', 'write permission: { canPublish: true }');
        return done({ do: name, permission: given.permission });
      case 'simulate': {
        const { simulate, bandwidth } = given;
        if (simulate === undefined)
          return complain(null, 'must say what to simulate', `write simulate: ${SIMULATIONS[1]}`);
        if ((simulate === 'subscriber-bandwidth') !== (bandwidth !== undefined))
          return complain(
            bandwidth === undefined ? null : 'bandwidth',
            bandwidth === undefined
              ? 'subscriber-bandwidth needs a bandwidth'
              : `has no effect on ${simulate}`,
            'write simulate: subscriber-bandwidth, bandwidth: 300kbit/s',
          );
        return done({
          do: name,
          simulate,
          ...(bandwidth !== undefined && { bandwidthBps: bandwidth }),
        });
      }
      case 'change-address':
      case 'disappear':
      case 'join-again':
        return done({ do: name });
    }
  })
  .meta({ id: 'action' });

export const actions = () =>
  z
    .array(action, {
      error: hinted('must be a list of actions', 'write [{ at: 10s, do: mute, track: audio }]'),
    })
    .meta({ samples: [[{ at: '10s', do: 'mute', track: 'audio', for: '5s' }]] });

const SOURCE_WORDS = { audio: 'audio', camera: 'video', screen: 'screen' } as const;

/** Form of an action in a scenario file. */
export const actionForm = ({ at, for: lasting, every, step }: ActionSpec): FileForm =>
  form(
    ['at', distributionForm(at)],
    ['do', step.do],
    ...stepForm(step),
    lasting !== null && ['for', distributionForm(lasting)],
    every !== null && ['every', distributionForm(every)],
  );

const stepForm = (step: ActionStep): Entry[] => {
  switch (step.do) {
    case 'mute':
    case 'unmute':
    case 'unpublish':
      return [['track', SOURCE_WORDS[step.source]]];
    case 'publish':
      return [['track', trackForm(step.track)]];
    case 'simulate':
      return [
        ['simulate', step.simulate],
        ['bandwidth', step.bandwidthBps === undefined ? undefined : bitRateText(step.bandwidthBps)],
      ];
    default:
      return Object.entries(step).filter(([name]) => name !== 'do');
  }
};
