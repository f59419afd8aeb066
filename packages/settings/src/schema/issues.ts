/** Issues of Zod with a hint. Zod has only messages, so the hint is a parameter of the issue. */
import { z } from 'zod';
import type { Path } from '../yaml/tree.ts';

/** Description of a mistake, and the correction. */
export interface Complaint {
  message: string;
  hint: string | null;
}

const complaint = z.object({ message: z.string(), hint: z.string().nullable() });
const params = z.object({
  hint: z.string().nullish(),
  /** Complaints of an issue about several unknown keys, in the order of the keys. */
  keys: z.array(complaint).optional(),
});

/** Makes an `error` of a schema with a hint. */
export const hinted =
  (message: string, hint: string | null) =>
  (issue: object): string => {
    Object.assign(issue, { params: { hint } satisfies z.input<typeof params> });
    return message;
  };

/** Makes an `error` of a schema about several keys, with a hint for each. */
export const hintedKeys =
  (keys: Complaint[]) =>
  (issue: object): string => {
    Object.assign(issue, { params: { keys } satisfies z.input<typeof params> });
    return keys.map(({ message }) => message).join('\n');
  };

/** Makes an issue for `context.addIssue`. */
export const customIssue = (path: Path, message: string, hint: string | null) => ({
  code: 'custom' as const,
  path: [...path],
  message,
  params: { hint },
});

const paramsOf = (issue: z.core.$ZodIssue): z.output<typeof params> =>
  params.safeParse('params' in issue ? issue.params : undefined).data ?? {};

export const complaintOf = (issue: z.core.$ZodIssue): Complaint => ({
  message: issue.message,
  hint: paramsOf(issue).hint ?? null,
});

/** Complaint about the key at an index of an issue about unknown keys. */
export const complaintOfKey = (issue: z.core.$ZodIssue, index: number): Complaint =>
  paramsOf(issue).keys?.[index] ?? complaintOf(issue);

/** Text of a value. Values of files have no prototype, so `String` cannot convert them. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

/** Text of a value as the file has it, shortened. */
export const quote = (value: unknown): string => {
  const text = textOf(value);
  return `"${clean(text.length > 60 ? `${text.slice(0, 57)}…` : text)}"`;
};

/**
 * Makes text of a file safe for a message: one line, without control characters that a terminal
 * would obey.
 */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are removed.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

/**
 * Removes user, password, query (`access_token`) and fragment from a URL for reports. Text that
 * cannot be parsed as a URL is not repeated.
 */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  // URL parses `user:password@host` as a scheme `user` with a path that contains the rest.
  if (host === '' && protocol !== 'file:') return '(not a URL)';
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};
