/** What is wrong, and what to write instead, as one text: Zod's messages are texts. */
export const say = (what: string, hint: string | null): string => (hint === null ? what : `${what}${ARROW}${hint}`);

/** The other way round. */
export const understand = (text: string): { message: string; hint: string | null } => {
  const at = text.indexOf(ARROW);
  return at < 0 ? { message: text, hint: null } : { message: text.slice(0, at), hint: text.slice(at + ARROW.length) };
};

const ARROW = ' → ';

/** A value as text. Values of files have no prototype, so `String` knows nothing of them. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing'));

/** A value as the file has it, short. */
export const quote = (value: unknown): string => {
  const text = textOf(value);
  return `"${text.length > 60 ? `${text.slice(0, 57)}…` : text}"`;
};
