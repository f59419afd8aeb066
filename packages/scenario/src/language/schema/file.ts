import {
  duration,
  hinted,
  name,
  prose,
  quote,
  reading,
  seed,
  strict,
  suggest,
  tags,
  textOf,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { commonKeys } from '../../executors/definition.ts';
import { executorNames, groupSchemas } from '../../executors/registry.ts';
import { published } from '../../role-keys/publish.ts';
import { parseWitness } from '../../witness-spec.ts';

/** Group of similar rooms: when they are open, and their participants. */
export const group = z.discriminatedUnion('executor', groupSchemas, {
  error: (issue) => {
    const { input } = issue;
    const error = (message: string, hint: string): string => hinted(message, hint)(issue);
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      return error('must be a mapping', 'of executor, roles and what the executor needs');
    }
    const given: unknown = 'executor' in input ? input.executor : undefined;
    const choice = executorNames();
    if (given === undefined) return error('executor is missing', `available: ${choice.join(', ')}`);
    // k6's executors have virtual users instead of rooms.
    const word = textOf(given).replace(/-vus$/, '-rooms');
    return error(`unknown executor ${quote(given)}`, suggest(word, choice, 'available:'));
  },
});

/** Schema for a group whose executor is unknown: the keys that can be checked. */
export const groupOfUnknownExecutor = z.looseObject(commonKeys);

const expression = z.string({ error: hinted('must be an expression', 'write p(95)<2000') });

/** Threshold that may end the run. */
const aborting = strict({
  threshold: expression.describe('The expression: p(95)<2000.'),
  abortOnFail: yesOrNo().optional().describe('End the run as soon as it is crossed.'),
  delayAbortEval: duration()
    .optional()
    .describe('But not before this time after the start of the run.'),
});

/** Threshold in the form of k6. */
const threshold = z.union([expression, aborting], {
  error: hinted(
    'must be an expression',
    'write p(95)<2000 or { threshold: p(95)<2000, abortOnFail: true }',
  ),
});

/** Thresholds on one metric: a list, or a single one. */
const expressions = z
  .union([z.array(threshold), expression, aborting], {
    error: hinted('must be expressions', 'write a list of them: [p(95)<2000]'),
  })
  .meta({ id: 'expressions', samples: [['p(95)<2000'], ['rate<0.01']] });

const WITNESS_HINT = 'write browser, firefox:2 or rtc:3, or a list of them';

const witness = z
  .string({ error: hinted('must be text', WITNESS_HINT) })
  .transform(reading(parseWitness))
  .meta({
    pattern: '^\\s*(?:browser|firefox|rtc)(?::\\d+)?\\s*$',
    samples: ['browser', 'browser:2', 'firefox:2', 'rtc:3'],
  });

/** Keys of a scenario file, without `scales`. */
export const fileKeys = {
  scenario: name('the name of a scenario').meta({
    description: 'Names the run in reports and metrics.',
    samples: ['video-meeting'],
  }),
  description: prose(2_000, 'a description').optional().describe('The workload, in a sentence.'),
  tags: tags(),
  seed: seed().describe('The same seed gives the same plan: join times and durations of sessions.'),
  profiles: z
    .record(name('the name of a profile'), published, {
      error: hinted('must be a mapping', 'write camera: [audio, { video: 720p }]'),
    })
    .default({})
    .meta({
      description: 'Named media that roles can publish.',
      samples: [{ camera: ['audio', { video: '720p', simulcast: true }] }],
    }),
  groups: z
    .record(name('the name of a group'), group, {
      error: hinted(
        'must be a mapping of groups',
        'write groups: { calls: { executor: constant-rooms, rooms: 2, duration: 1m, roles: { caller: { count: 2, publish: audio } } } }',
      ),
    })
    .describe('Groups of rooms that are alike; they run side by side.'),
  witnesses: z
    .union([witness, z.array(witness)], { error: hinted('must be text', WITNESS_HINT) })
    .optional()
    .meta({
      description:
        'Real clients that are added to rooms of the load, receive everything and show what a user sees: browser:N (Chromium), firefox:N, rtc:N. They are the group witness; figures without a selector leave them out.',
      samples: ['browser:2'],
    }),
  windows: z
    .array(
      strict({
        name: name('the name of a window').describe('For thresholds (@NAME) and reports.'),
        from: duration().describe('Start of the window, after the start of the run.'),
        to: duration()
          .optional()
          .describe('End of the window, after the start of the run. Default: the end of the run.'),
      }),
      { error: hinted('must be a list', 'write - { name: peak, from: 30s, to: 60s }') },
    )
    .default([])
    .meta({
      description: 'Parts of the run that get a name.',
      samples: [[{ name: 'peak', from: '30s', to: '60s' }]],
    }),
  thresholds: z
    .record(z.string(), expressions, {
      error: hinted('must be a mapping of metrics', 'write join_time: [p(95)<2000]'),
    })
    .default({})
    .meta({
      description:
        'Conditions that must be met: a metric, optionally with a selector {kind:audio} and a window @steady, and expressions on it. Defaults are added.',
      samples: [{ join_time: ['p(95)<2000'] }],
    }),
};

const scale = z.record(z.string(), z.unknown(), {
  error: hinted('must be a mapping', 'write small: { groups: … }'),
});

export const file = strict({
  ...fileKeys,
  scales: z
    .record(name('the name of a scale'), scale, {
      error: hinted('must be a mapping of scales', 'write small: { groups: … }'),
    })
    .default({})
    .describe(
      'Changes for --scale NAME, as a JSON merge patch (RFC 7386) over the file: null removes a key. Random durations are replaced as a whole.',
    ),
});

/** Scenario file to which a scale was applied. */
export const scaledFile = strict(fileKeys);

export type ScenarioFile = z.output<typeof scaledFile>;
