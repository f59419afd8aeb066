/** What is wrong, and what to write instead, as one text: Zod's messages are texts. */
export const say = (what: string, hint: string | null): string =>
  hint === null ? what : `${what}${ARROW}${hint}`;

/** The other way round. */
export const understand = (text: string): { message: string; hint: string | null } => {
  const at = text.indexOf(ARROW);
  return at < 0
    ? { message: text, hint: null }
    : { message: text.slice(0, at), hint: text.slice(at + ARROW.length) };
};

/** No text of a file has it in a message: see `clean`. */
const ARROW = '\u001f→';

/** A value as text. Values of files have no prototype, so `String` knows nothing of them. */
export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');

/** A value as the file has it, short. */
export const quote = (value: unknown): string => {
  const text = textOf(value);
  return `"${clean(text.length > 60 ? `${text.slice(0, 57)}…` : text)}"`;
};

/** Text of a file as it may stand in a message: in one line, and nothing that a terminal would obey. */
export const clean = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
