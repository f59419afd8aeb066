/**
 * Schemas of single values in settings files: times, rates, shares, names. They turn text into
 * numbers in base units.
 */
import { z } from 'zod';
import { LONGEST_DURATION_MS, parseDuration } from '../duration.ts';
import { isUsageError, usageError } from '../swarm-error.ts';
import { clean, customIssue, hinted, quote, textOf } from './issues.ts';
import { suggest } from './nearest.ts';

export const NUMBER = '\\d+(?:\\.\\d+)?';

/** Adapts `parse` to a transformation of Zod: a SwarmError becomes an issue. */
export const reading =
  <T>(parse: (text: string) => T) =>
  (text: string, context: z.RefinementCtx<string>): T => {
    try {
      return parse(text);
    } catch (error) {
      if (!isUsageError(error)) throw error;
      context.addIssue(customIssue([], clean(error.message), error.hint));
      return z.NEVER;
    }
  };

const DURATION_HINT = 'write a number and ms, s, m or h: 30s, 1m30s';

/** Schema of a duration: `30s` → ms, from `min` to `max` ms. */
export const duration = (min = 0, max: number = LONGEST_DURATION_MS) =>
  z
    .string({
      error: (issue) =>
        (typeof issue.input === 'number'
          ? hinted('a duration needs a unit', `write ${issue.input}s`)
          : hinted('must be a duration', DURATION_HINT))(issue),
    })
    .transform(
      reading((text) => {
        const ms = parseDuration(text);
        if (ms < min)
          throw usageError(
            `${quote(text)} must be ${min === 1 ? 'more than 0s' : `at least ${inSeconds(min)}`}`,
          );
        if (ms > max) throw usageError(`${quote(text)} must be at most ${inSeconds(max)}`);
        return ms;
      }),
    )
    .meta({
      pattern: `^\\s*(?:${NUMBER}(?:ms|s|m|h))+\\s*$`,
      samples: ['30s', '1m30s', '500ms'],
      shared: 'duration',
    });

const inSeconds = (ms: number): string =>
  ms >= 86_400_000 ? `${ms / 86_400_000} days` : `${ms / 1_000}s`;

/** Schema of a whole number. */
export const whole = (min: number, max: number) => {
  const error = (issue: { input?: unknown }): string => {
    const { input } = issue;
    const hint =
      typeof input === 'string' && /^\d+$/.test(input) ? `leave the quotes out: ${input}` : null;
    return hinted(`must be a whole number from ${min} to ${max}`, hint)(issue);
  };
  return z.int({ error }).min(min, { error }).max(max, { error });
};

/** Schema of a number above 0, at most `max`. */
export const positive = (max: number, unit = '') => {
  const error = `must be a number above 0, at most ${max}${unit}`;
  return z.number({ error }).gt(0, { error }).max(max, { error });
};

export const yesOrNo = () =>
  z.boolean({
    error: (issue) =>
      hinted(
        'must be true or false',
        /^(yes|on)$/i.test(textOf(issue.input))
          ? 'write true'
          : /^(no|off)$/i.test(textOf(issue.input))
            ? 'write false'
            : null,
      )(issue),
  });

/** Schema of one word of a list. */
export const word = <const T extends readonly [string, ...string[]]>(words: T, what: string) =>
  z.enum(words, {
    error: (issue) =>
      hinted(
        typeof issue.input === 'string'
          ? `unknown ${what} ${quote(issue.input)}`
          : `must be a ${what}`,
        suggest(textOf(issue.input), words, 'available:'),
      )(issue),
  });

/**
 * Pattern of a name. Digits alone are not a name: JavaScript would sort such keys before all
 * others, whatever their order in the file.
 */
const NAME = /^(?!\d+$)[a-z0-9][a-z0-9-]*$/;
const MAX_NAME = 60;

/** Schema of a name that thresholds and metrics can refer to: `video-meeting`. */
export const name = (what: string) =>
  z
    .string({ error: hinted(`${what} must be a word`, 'write it like video-meeting') })
    .regex(NAME, {
      error: (issue) =>
        hinted(
          `${quote(issue.input)} cannot be ${what}`,
          `use small letters, digits and hyphens${asName(textOf(issue.input))}`,
        )(issue),
    })
    .max(MAX_NAME, { error: `${what} may have at most ${MAX_NAME} characters` });

/** Hint with a name that is derived from text. */
const asName = (text: string): string => {
  const made = text
    .slice(0, 200)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_NAME);
  if (/^\d*$/.test(made)) return ', and not digits alone';
  return `: ${made}`;
};

/** Schema of text without control characters. */
export const text = (max: number, what: string) =>
  z
    .string({ error: `${what} must be text` })
    .min(1, { error: `${what} must not be empty` })
    .max(max, { error: `${what} may have at most ${max} characters` })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .regex(/^[^\u0000-\u001f\u007f]*$/, { error: `${what} must not hold control characters` });

/** Schema of text with sentences; line breaks become blanks. */
export const prose = (max: number, what: string) =>
  z
    .string({ error: `${what} must be text` })
    .transform((given) => given.replace(/\s*[\t\r\n]\s*/g, ' ').trim())
    .pipe(text(max, what));

/** Schema of a share: `2%` or 0.02 → 0.02. */
export const share = () => {
  const problem = hinted('must be a share', 'write 2% or 0.02');
  const fraction = z
    .number({ error: problem })
    .min(0, { error: hinted('must be from 0% to 100%', 'write 2% or 0.02') })
    .max(1, { error: hinted('must be from 0% to 100%', 'write 2% or 0.02') });
  return z
    .union(
      [
        fraction,
        z
          .string()
          .regex(new RegExp(`^\\s*${NUMBER}\\s*%\\s*$`), { error: problem })
          .transform((text) => Number((Number.parseFloat(text) / 100).toPrecision(12)))
          .pipe(fraction),
      ],
      { error: problem },
    )
    .meta({ samples: ['2%', 0.02], shared: 'share' });
};

const BITS: Record<string, number> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const BIT_RATE = new RegExp(`^\\s*(${NUMBER})\\s*([kKmMgG]?)(?:bit/s|bps)\\s*$`);

/** Schema of a bit rate: `1.5Mbit/s` → bit/s. */
export const bitRate = () =>
  z
    .string({ error: hinted('must be a bit rate', 'write 750kbit/s or 1.5Mbit/s') })
    .regex(BIT_RATE, {
      error: (issue) =>
        hinted(`${quote(issue.input)} is not a bit rate`, 'write 750kbit/s or 1.5Mbit/s')(issue),
    })
    .transform((text) => {
      const [, number, prefix = ''] = BIT_RATE.exec(text) ?? [];
      return Math.round(Number(number) * (BITS[prefix.toLowerCase()] ?? 1));
    })
    .meta({ samples: ['750kbit/s', '1.5Mbit/s'] });

const MAX_TAG_LENGTH = 200;

const tagName = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,59}$/, {
  error: hinted('this cannot be a tag', 'use letters, digits and hyphens'),
});

const tagValue = z
  .union([text(MAX_TAG_LENGTH, 'a tag'), z.number(), z.boolean()], {
    error: hinted('must be text', 'write team: voice'),
  })
  .transform(String);

/** Schema of labels that a file gives to its results. */
export const tags = () =>
  z
    .record(tagName, tagValue, { error: hinted('must be a mapping', 'write { team: voice }') })
    .default({})
    .meta({
      description: 'Copied into the record and its reports.',
      samples: [{ team: 'voice' }],
    });

/** Schema of labels that a host must have. */
export const labels = () =>
  z
    .record(tagName, text(MAX_TAG_LENGTH, 'a label'), {
      error: hinted('must be a mapping', 'write { region: eu }'),
    })
    .meta({ samples: [{ region: 'eu' }] });

/** Schema of the seed of all random choices. */
export const seed = () => whole(0, 2 ** 32 - 1).default(1);
