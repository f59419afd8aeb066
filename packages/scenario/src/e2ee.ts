import {
  hinted,
  quote,
  type SecretRef,
  secretRef,
  strict,
  usageError,
  whole,
  word,
} from '@livekit-swarm/settings';
import { z } from 'zod';

/** Made for the run. `wrong-key`: another one, for participants that must not understand the others. */
const GENERATED = ['throw-away', 'wrong-key'] as const;

const recordedRef = z.union([z.object({ env: z.string() }), z.object({ file: z.string() })]);

/** End-to-end encryption as records hold it: where the secret is, never the secret. */
export const e2eeSchema = z.object({
  secret: z.union([
    z.enum(GENERATED),
    z.object({ passphrase: recordedRef }),
    z.object({ key: recordedRef }),
  ]),
  keyIndex: z.number(),
  ratchet: z.number(),
});

export type E2ee = z.infer<typeof e2eeSchema>;

/** Of LiveKit's SDKs: the size of their key ring. */
const MOST_KEYS = 16;
const MOST_RATCHETS = 16;

const generated = (secret: (typeof GENERATED)[number]): E2ee => ({
  secret,
  keyIndex: 0,
  ratchet: 0,
});

const HINT =
  'write throw-away, wrong-key, none, { passphrase: { env: NAME } } or { key: { file: PATH } }';

const secretKeys = {
  keyIndex: whole(0, MOST_KEYS - 1)
    .default(0)
    .describe('Named in each frame.'),
  ratchet: whole(0, MOST_RATCHETS)
    .default(0)
    .describe('How often the secret was ratcheted before it is used.'),
};
const base = 'the working directory';

/** The role key `e2ee`; null: none, whatever the group has. */
export const e2eeSetting = () =>
  z
    .union(
      [
        word([...GENERATED, 'none'], 'encryption'),
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
      const { keyIndex, ratchet } = given;
      const secret = 'passphrase' in given ? { passphrase: given.passphrase } : { key: given.key };
      return { secret, keyIndex, ratchet };
    })
    .meta({
      samples: ['throw-away', 'wrong-key', { passphrase: { env: 'ROOM_PASSPHRASE' }, keyIndex: 1 }],
    })
    .optional();

/** As `e2eeSetting` reads it. */
export const e2eeForm = ({ secret, keyIndex, ratchet }: E2ee): unknown =>
  typeof secret === 'string'
    ? secret
    : { ...secret, ...(keyIndex > 0 && { keyIndex }), ...(ratchet > 0 && { ratchet }) };

/**
 * `--e2ee`: `throw-away`, or where a passphrase is: `env:NAME`, `file:PATH`.
 * @throws SwarmError `usage`
 */
export const parseE2ee = (text: string): E2ee => {
  const given = text.trim();
  if (given === 'throw-away') return generated(given);
  const [, kind, where = ''] = /^(env|file):(.+)$/.exec(given) ?? [];
  if (kind === undefined)
    throw usageError(
      `${quote(given)} does not say where a passphrase is`,
      'write throw-away, env:NAME or file:PATH',
    );
  const passphrase: SecretRef = kind === 'env' ? { env: where } : { file: where };
  return { secret: { passphrase }, keyIndex: 0, ratchet: 0 };
};
