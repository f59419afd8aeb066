import { checkHostEntry, parseServerUrl } from '@livekit-swarm/livekit';
import { LIMITS, thresholdsByMetric } from '@livekit-swarm/scenario';
import {
  hinted,
  type JsonSchema,
  reading,
  settingsJsonSchema,
  strict,
  text,
} from '@livekit-swarm/settings';
import { z } from 'zod';

const MAX_URL = 2_000;

/** Keys under which other tools, and users in a hurry, put a secret. */
const SECRET =
  /^(?:(?:livekit_?)?api_?(?:key|secret)|keys?|secrets?|tokens?|passwords?|credentials?)$/i;

/** Hint for a key that holds a secret: a file in a folder is committed sooner or later. */
const elsewhere = (key: string): string | null =>
  SECRET.test(key.replaceAll('-', '_'))
    ? 'secrets do not belong in this file: set LIVEKIT_API_KEY and LIVEKIT_API_SECRET in the environment'
    : null;

const checked = (check: (text: string) => unknown) =>
  reading((given: string) => {
    check(given);
    return given;
  });

const hosts = (what: string) =>
  z
    .array(text(MAX_URL, 'a host').transform(checked(checkHostEntry)), {
      error: hinted('must be a list of hosts', `write [${what}]`),
    })
    .default([]);

const expression = z.string({ error: hinted('must be an expression', 'write p(95)<2000') });

const expressions = z.union([z.array(expression), expression], {
  error: hinted('must be expressions', 'write a list of them: [p(95)<2000]'),
});

/** Schema of `swarm.yaml`. */
export const folderSettingsSchema = () =>
  strict(
    {
      url: text(MAX_URL, 'a URL')
        .transform(checked(parseServerUrl))
        .optional()
        .meta({
          description:
            'URL of the deployment, as --url; not used in CI jobs, and where a URL, --server or --embedded comes from a flag or the environment. Like a URL from the environment it does not confirm a public server: commands ask for --confirm-target.',
          samples: ['wss://livekit.staging.example.com'],
        }),
      allowHosts: hosts("'*.staging.example.com'").meta({
        description:
          'Only these hosts may be loaded, as --allow-host. It restricts further: SWARM_ALLOW_HOST and --allow-host hold as well.',
        samples: [['*.staging.example.com', '10.0.0.0/8']],
      }),
      denyHosts: hosts('livekit.example.com').meta({
        description: 'Never these hosts, as --deny-host; in addition to SWARM_DENY_HOST.',
        samples: [['livekit.example.com']],
      }),
      roomPrefix: text(LIMITS.roomPrefix, 'a prefix')
        .optional()
        .meta({
          description:
            'Prefix of room names, as --room-prefix, where neither flags nor the scenario file name one.',
          samples: ['loadtest'],
        }),
      thresholds: z
        .record(z.string(), expressions, {
          error: hinted('must be a mapping of metrics', 'write join_time: [p(95)<2000]'),
        })
        .default({})
        .meta({
          description:
            'Conditions that must be met, as in a scenario file. Those of the scenario file, SWARM_THRESHOLD and --threshold on the same metric replace them.',
          samples: [{ join_time: ['p(95)<2000'] }],
        }),
    },
    elsewhere,
  );

/** JSON Schema of `swarm.yaml`. */
export const folderSettingsJsonSchema = (): JsonSchema => {
  const made = settingsJsonSchema(
    folderSettingsSchema(),
    'Settings of a folder for livekit-swarm: swarm.yaml',
    'cli/schema/swarm.schema.json',
  );
  const { thresholds, ...others } = made.properties ?? {};
  return {
    ...made,
    properties: { ...others, thresholds: thresholdsByMetric(thresholds ?? {}) },
  };
};
