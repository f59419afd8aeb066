import { hinted, strict, text } from '@livekit-swarm/settings';
import { z } from 'zod';
import { type MeteringRules, OTHER } from './groups.ts';

/** Maximum number of groups, which become labels. */
const MOST_GROUPS = 100;

const groups = (what: string, example: string) =>
  z
    .array(text(63, what), { error: hinted('must be a list', example) })
    .min(1, { error: hinted('is empty', example) })
    .max(MOST_GROUPS, {
      error: hinted(
        `may have at most ${MOST_GROUPS}`,
        'leave out small ones: they are counted as other',
      ),
    })
    .refine((all) => new Set(all).size === all.length && !all.includes(OTHER), {
      error: hinted(`must differ from each other, and from "${OTHER}"`, example),
    });

const EXAMPLE = 'write prefixes: [acme-, school-], or metadata: { key: tenant, values: [acme] }';

export const meteringSection = () =>
  strict({
    prefixes: groups('a prefix', 'write [acme-, school-]')
      .optional()
      .describe('Groups by the beginning of the name of a room; the longest that fits.'),
    metadata: strict({
      key: text(200, 'a key').describe('Key in the room’s metadata, which is then a JSON object.'),
      values: groups('a value', 'write [acme, school]').describe('Values that are groups.'),
    })
      .optional()
      .describe('Groups by a value in the metadata of a room, instead of its name.'),
  }).refine(({ prefixes, metadata }) => (prefixes === undefined) !== (metadata === undefined), {
    error: hinted('must have prefixes or metadata, and not both', EXAMPLE),
  });

export const meteringRules = (
  section: z.output<ReturnType<typeof meteringSection>> | undefined,
): MeteringRules | null => {
  if (section?.prefixes !== undefined) return { by: 'prefix', prefixes: section.prefixes };
  if (section?.metadata !== undefined) return { by: 'metadata', ...section.metadata };
  return null;
};
