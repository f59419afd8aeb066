import { cut } from '../markdown/elements.ts';

/**
 * HTML that is safe to put on a page: all values in it were escaped.
 *
 * hono/html was rejected: its templates return `HtmlEscapedString | Promise<HtmlEscapedString>` and
 * take `unknown`, so that every nested template needs a cast or an await and an object renders as
 * `[object Object]`; and it passes control characters and lone surrogates, which no HTML document
 * may contain.
 */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** Values of a template: null, undefined and false are empty, lists are joined. */
export type Content = Markup | string | number | null | undefined | false | readonly Content[];

/**
 * A template whose values are escaped, for text and for attributes in quotes:
 *
 *     html`<td title="${name}">${name}</td>`
 */
export const html = (strings: TemplateStringsArray, ...values: Content[]): Markup =>
  new Markup(
    strings.reduce((text, string, index) => `${text}${textOf(values[index - 1])}${string}`),
  );

/** Markup from this source code, never from a server or user. */
export const raw = (text: string): Markup => new Markup(text);

/** Longest text from servers and users on a page, in characters. */
const LONGEST = 300;

/** A text of unknown origin and length (server, user): shortened. */
export const untrusted = (text: string): string => cut(text, LONGEST);

/**
 * A name from a server or user, isolated: a right-to-left name does not reorder the text around it.
 */
export const name = (text: string): Markup => html`<bdi>${untrusted(text)}</bdi>`;

/** Longer names are shortened by the style sheet; their title has them in full. */
const LONG = 24;

/** A name in a table. */
export const cellName = (text: string): Markup =>
  text.length > LONG ? html`<bdi title="${untrusted(text)}">${untrusted(text)}</bdi>` : name(text);

/** JSON for a script element: no `</script>` or `<!--` in it can end the element. */
export const json = (value: unknown): Markup =>
  new Markup(
    JSON.stringify(value).replace(
      /[<>&\u2028\u2029]/g,
      (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),
  );

const textOf = (value: Content): string => {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return escapeText(String(value));
};

const ESCAPED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Replaces characters that no HTML document may contain by U+FFFD. */
const escapeText = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control characters
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign);

/** A position in percent of an image: images scale with the page, their text does not. */
export const percent = (part: number, whole: number): string =>
  `${Number((whole > 0 ? Math.min(100, Math.max(0, (part / whole) * 100)) : 0).toFixed(3))}%`;
