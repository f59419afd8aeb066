import {
  duration,
  hinted,
  type SecretRef,
  secretRef,
  strict,
  usageError,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { durationText } from '../language/write/texts.ts';
import { canBeEncrypted } from '../video-format.ts';
import { type Checking, defineRoleKey } from './definition.ts';

/**
 * Secrets that are made for the run. `wrong-key`: another one, for participants that must not
 * decrypt the others.
 */
const GENERATED = ['throw-away', 'wrong-key'] as const;

/**
 * Ways in which an application changes the key while participants are in the room: it distributes
 * another key, or all participants ratchet theirs.
 */
const KEY_CHANGES = ['new-key', 'ratchet'] as const;

const recordedRef = z.union([z.object({ env: z.string() }), z.object({ file: z.string() })]);

/** End-to-end encryption in the form of records: the place of the secret, never the secret. */
export const e2eeSchema = z.object({
  secret: z.union([
    z.enum(GENERATED),
    z.object({ passphrase: recordedRef }),
    z.object({ key: recordedRef }),
  ]),
  keyIndex: z.number(),
  ratchet: z.number(),
  /** Change of the key; absent: it stays. */
  keyChange: z
    .object({
      everyMs: z.number(),
      by: z.enum(KEY_CHANGES),
      /** Time within which each participant changes to the next key, at random, ms. */
      withinMs: z.number(),
    })
    .exactOptional(),
});

export type E2ee = z.infer<typeof e2eeSchema>;
export type KeyChange = NonNullable<E2ee['keyChange']>;

/** Size of the key ring of LiveKit's SDKs. */
const MOST_KEYS = 16;
const MOST_RATCHETS = 16;

const generated = (secret: (typeof GENERATED)[number]): E2ee => ({
  secret,
  keyIndex: 0,
  ratchet: 0,
});

const HINT =
  'write throw-away, wrong-key, none, { secret: throw-away }, { passphrase: { env: NAME } } or { key: { file: PATH } }';

const keyChange = strict({
  every: duration(1_000).describe('Counted from the start of the run, for all rooms together.'),
  by: word(KEY_CHANGES, 'key change')
    .default('new-key')
    .describe('new-key: another secret with the next key index. ratchet: of the same secret.'),
  within: duration()
    .default(0)
    .describe('Each participant has the next key at a random time within this.'),
})
  .refine(({ every, within }) => within < every, {
    path: ['within'],
    error: 'must be shorter than every',
  })
  .transform(({ every, by, within }): KeyChange => ({ everyMs: every, by, withinMs: within }))
  .meta({ shared: 'keyChange' });

const secretKeys = {
  keyIndex: whole(0, MOST_KEYS - 1)
    .default(0)
    .describe('Index of the key, which each frame names.'),
  ratchet: whole(0, MOST_RATCHETS)
    .default(0)
    .describe('Number of times that the secret is ratcheted before it is used.'),
  keyChange: keyChange.optional().describe('The key changes during the run. Default: never.'),
};
const base = 'the working directory';

/** Schema of the encryption in a scenario file; null: none, whatever the group states. */
const e2eeSetting = () =>
  z
    .union(
      [
        word([...GENERATED, 'none'], 'encryption'),
        strict({ secret: word(GENERATED, 'secret'), ...secretKeys }),
        strict({ passphrase: secretRef(base), ...secretKeys }),
        strict({
          key: secretRef(base).describe('At least 16 random bytes, as base64.'),
          ...secretKeys,
        }),
      ],
      { error: hinted('must say what the media is encrypted with', HINT) },
    )
    .transform((given): E2ee | null => {
      if (given === 'none') return null;
      if (typeof given === 'string') return generated(given);
      const { keyIndex, ratchet, keyChange } = given;
      return {
        secret: secretIn(given),
        keyIndex,
        ratchet,
        ...(keyChange !== undefined && { keyChange }),
      };
    })
    .meta({
      shared: 'e2ee',
      samples: ['throw-away', 'wrong-key', { passphrase: { env: 'ROOM_PASSPHRASE' }, keyIndex: 1 }],
    })
    .optional();

const secretIn = (
  given: { secret: (typeof GENERATED)[number] } | { passphrase: SecretRef } | { key: SecretRef },
): E2ee['secret'] => {
  if ('secret' in given) return given.secret;
  return 'passphrase' in given ? { passphrase: given.passphrase } : { key: given.key };
};

/** Form that `e2eeSetting` reads. */
export const e2eeForm = ({ secret, keyIndex, ratchet, keyChange }: E2ee): unknown => {
  const details = {
    ...(keyIndex > 0 && { keyIndex }),
    ...(ratchet > 0 && { ratchet }),
    ...(keyChange !== undefined && { keyChange: keyChangeForm(keyChange) }),
  };
  if (typeof secret !== 'string') return { ...secret, ...details };
  return Object.keys(details).length === 0 ? secret : { secret, ...details };
};

const keyChangeForm = ({ everyMs, by, withinMs }: KeyChange): Record<string, unknown> => ({
  every: durationText(everyMs),
  by,
  ...(withinMs > 0 && { within: durationText(withinMs) }),
});

/**
 * Read `--e2ee`: `throw-away`, or the place of a passphrase, `env:NAME` or `file:PATH`.
 * @throws SwarmError `usage`
 */
export const parseE2ee = (text: string): E2ee => {
  const given = text.trim();
  if (given === 'throw-away') return generated(given);
  const [, kind, where = ''] = /^(env|file):(.+)$/.exec(given) ?? [];
  if (kind === undefined)
    throw usageError(
      // The text is not repeated, because it may be the passphrase.
      'does not say where a passphrase is',
      'write throw-away, env:NAME or file:PATH',
    );
  const passphrase: SecretRef = kind === 'env' ? { env: where } : { file: where };
  return { secret: { passphrase }, keyIndex: 0, ratchet: 0 };
};

/** Key `e2ee` of a role or a group. */
export interface E2eeKey {
  e2ee?: E2ee | null | undefined;
}

/** Encryption of a role; its group's if it has none of its own. */
export const e2eeOf = (role: E2eeKey, group: E2eeKey): E2ee | null =>
  role.e2ee === undefined ? (group.e2ee ?? null) : role.e2ee;

/** Report a key that needs messages that are not encrypted. */
export const checkUnencrypted = (
  key: string,
  {
    at,
    role,
    group,
    complain,
  }: Pick<Checking<E2eeKey, E2eeKey>, 'at' | 'role' | 'group' | 'complain'>,
): void => {
  if (e2eeOf(role, group) !== null)
    complain(
      [...at, key],
      'is not possible with e2ee: native participants do not read encrypted messages',
      'leave one out',
      'key',
    );
};

/** End-to-end encryption. Null: none; absent in records of earlier versions. */
export const e2ee = defineRoleKey({
  name: 'e2ee',
  file: e2eeSetting().describe(
    'End-to-end encryption. throw-away: with a key made for the run; wrong-key: with another one. Default: that of the group.',
  ),
  ofGroup: 'End-to-end encryption of roles that have no setting of their own. Default: none.',
  settings: e2eeSchema.nullable().default(null),
  plan: 'same',
  read: (given): E2ee | null => given ?? null,
  write: (settings) => (settings === null ? undefined : e2eeForm(settings)),
  check: (given, { at, group, tracks, complain }: Checking<unknown, E2eeKey>) => {
    if (e2eeOf({ e2ee: given }, group) !== null && !tracks.every(canBeEncrypted))
      complain(
        [...at, 'publish'],
        'has a video that livekit-client does not encrypt end to end',
        'take codec: vp8 or h264, or leave e2ee out',
      );
  },
});
