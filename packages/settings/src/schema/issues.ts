/** Issues of Zod with a hint: Zod knows messages only, so what to write instead is a parameter of the issue. */
import { z } from 'zod';
import type { Path } from '../yaml/tree.ts';

/** What is wrong, and what to write instead. */
export interface Complaint {
  message: string;
  hint: string | null;
}

const complaint = z.object({ message: z.string(), hint: z.string().nullable() });
const params = z.object({
  hint: z.string().nullish(),
  /** Of an issue about several unknown keys, in their order. */
  keys: z.array(complaint).optional(),
});

/** An `error` of a schema, with a hint. */
export const hinted =
  (message: string, hint: string | null) =>
  (issue: object): string => {
    Object.assign(issue, { params: { hint } satisfies z.input<typeof params> });
    return message;
  };

/** An `error` of a schema about several keys, with a hint for each. */
export const hintedKeys =
  (keys: Complaint[]) =>
  (issue: object): string => {
    Object.assign(issue, { params: { keys } satisfies z.input<typeof params> });
    return keys.map(({ message }) => message).join('\n');
  };

/** An issue for `context.addIssue`. */
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

/** What is wrong with the key at an index of an issue about unknown keys. */
export const complaintOfKey = (issue: z.core.$ZodIssue, index: number): Complaint =>
  paramsOf(issue).keys?.[index] ?? complaintOf(issue);

/** A value as text. Values of files have no prototype, so `String` knows nothing of them. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

/** A value as the file has it, short. */
export const quote = (value: unknown): string => {
  const text = textOf(value);
  return `"${clean(text.length > 60 ? `${text.slice(0, 57)}…` : text)}"`;
};

/** Text of a file for use in a message: in one line, without control characters that a terminal would obey. */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are removed.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');

/** A URL for reports: without user, password, query (`access_token`) and fragment. Text that cannot be parsed as a URL is not repeated. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return '(not a URL)';
  const { protocol, host, pathname } = new URL(url);
  // `user:password@host`, of which all but the user is the path.
  if (host === '' && protocol !== 'file:') return '(not a URL)';
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
};
