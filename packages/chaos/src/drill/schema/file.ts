import { joinRate } from '@livekit-swarm/scenario';
import {
  duration,
  name,
  prose,
  say,
  seed,
  share,
  strict,
  tags,
  text,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { type Faults, faultList } from './fault.ts';
import { known } from './known-failures.ts';
import { objectives } from './objectives.ts';
import { thresholds } from './thresholds.ts';

const MOST_NODES = 20;
const MOST_ROOMS = 10_000;
const MOST_PEOPLE = 100;

const lab = strict({
  nodes: whole(1, MOST_NODES).default(3).describe('livekit-servers.'),
  redis: word(['plain', 'persistent'], 'kind of Redis')
    .default('plain')
    .describe('persistent: with an append-only file, it comes back with what it knew.'),
  config: z
    .record(z.string(), z.unknown(), {
      error: say('must be a mapping', 'write { signal_relay: { retry_timeout: 2s } }'),
    })
    .default({})
    .meta({
      description: "Laid over the nodes' configuration, as in LiveKit's own file.",
      samples: [{ signal_relay: { retry_timeout: '2s' } }],
    }),
  alerts: yesOrNo()
    .default(false)
    .describe(
      'Prometheus with our rules, which also scrapes the drill: alerts become part of the report.',
    ),
});

const crowd = strict({
  rooms: whole(1, MOST_ROOMS)
    .default(10)
    .describe('Rooms that are alike; those that no fault hits are control rooms.'),
  participants: whole(2, MOST_PEOPLE)
    .default(4)
    .describe('Per room; everybody speaks, and hears the others.'),
  publish: z
    .array(word(['audio', 'video'], 'kind of media'), {
      error: say('must be a list', 'write [audio] or [audio, video]'),
    })
    .min(1, { error: say('is empty: nobody could be heard', 'write [audio]') })
    .refine((kinds) => new Set(kinds).size === kinds.length, {
      error: say('names one kind twice', 'write [audio, video]'),
    })
    .default(['audio'])
    .meta({
      description: 'What each of them publishes.',
      samples: [['audio'], ['audio', 'video']],
    }),
  joinRate: joinRate().prefault('20/s').describe('Joins a second.'),
  recovery: word(['none', 'sdk', 'app'], 'way to recover')
    .default('app')
    .describe(
      'What they do when their connection is lost. none: nothing; sdk: what the SDKs do; app: that, and join anew when the SDK gave up.',
    ),
});

const steady = strict({
  within: duration(1_000)
    .prefault('15s')
    .describe(
      'From when the last of the crowd is due until the faults may begin. Who is not steady by then makes the drill void.',
    ),
  for: duration(1_000)
    .prefault('10s')
    .describe(
      'So long before that everybody must have been in, and have heard everybody. The window baseline.',
    ),
}).superRefine((given, context) => {
  if (given.for < given.within) return;
  context.addIssue({
    code: 'custom',
    path: ['for'],
    message: say(
      'is not shorter than within: the last could not join before it begins',
      'make within longer, or for shorter',
    ),
  });
});

const newcomers = strict({
  every: duration(500)
    .prefault('2s')
    .describe('From one to the next: in turns one to a room that is there, and two to a new one.'),
  stay: duration(1_000).prefault('4s').describe('How long each of them stays.'),
  apart: duration()
    .prefault('500ms')
    .describe(
      'Of the two that meet in a new room the second comes so much later. 0s: both at once.',
    ),
}).superRefine(({ stay, apart }, context) => {
  if (apart < stay) return;
  context.addIssue({
    code: 'custom',
    path: ['apart'],
    message: say('is not shorter than stay: the first would be gone', 'write 500ms'),
  });
});

const abort = strict({
  controlDeaf: share()
    .prefault('50%')
    .describe('More than this share of the listeners in control rooms hear nobody …'),
  for: duration(1_000)
    .prefault('10s')
    .describe('… for this long: the drill ends, and everything is healed.'),
});

const blastRadius = strict({
  members: whole(1, MOST_NODES)
    .default(1)
    .describe('Parts of the deployment that are hit at the same time.'),
  share: share()
    .prefault('50%')
    .describe('Share of the nodes that are hit at the same time; one node always may be.'),
});

/** Keys of other files that people write here. */
const elsewhere = (key: string): string | null => {
  if (key === 'name') return 'a drill is named by drill: kill-room-node';
  if (['scenario', 'groups', 'profiles', 'scales'].includes(key))
    return 'it belongs to a scenario: see "swarm validate"';
  return null;
};

/** A drill file. What the faults want to know is theirs to say. */
export const drillFile = (faults: Faults) =>
  strict(
    {
      drill: name('the name of a drill').meta({
        description: 'Names it in reports and metrics.',
        samples: ['kill-room-node'],
      }),
      description: prose(2_000, 'a description')
        .optional()
        .describe('What is tried, and why, in a sentence.'),
      tags: tags(),
      seed: seed().describe('The same seed gives the same schedule, and the same choice of nodes.'),
      lab: lab.prefault({}).describe('What is raised for it when no other deployment is given.'),
      crowd: crowd.prefault({}).describe('Who is in the rooms.'),
      steady: steady.prefault({}).describe('What must hold before anything is injected.'),
      faults: faultList(faults).describe(
        'What goes wrong. An empty list shows that nothing is noticed when nothing happens.',
      ),
      recovery: duration(5_000)
        .prefault('30s')
        .describe('How long it is watched after the last fault was healed.'),
      newcomers: newcomers
        .optional()
        .describe(
          'New people that come while it goes on, to see whether they can, and whom they find. Left out: nobody.',
        ),
      objectives: objectives.prefault({}).describe('What must be true at the end.'),
      thresholds: thresholds.default([]).meta({
        description:
          'What must hold of metrics, as in scenarios; windows are @baseline, @fault and @recovery.',
        samples: [{ 'media_latency@recovery': ['p(95)<200'] }],
      }),
      repeats: whole(1, 100)
        .default(1)
        .describe('How often it is carried out: outcomes may differ from one time to the next.'),
      abort: abort.optional().describe('When it is ended early. Left out: never.'),
      blastRadius: blastRadius.prefault({}).describe('What may be hit at most.'),
      allow: z
        .array(text(200, 'the name of a deployment'), {
          error: say('must be a list', 'write [staging]'),
        })
        .default([])
        .meta({
          description:
            'Deployments that it may be done to without being told so on the command line.',
          samples: [['staging']],
        }),
      known: known.optional().describe('What a version of the server is known to do.'),
    },
    elsewhere,
  );

export type DrillFile = z.output<ReturnType<typeof drillFile>>;
