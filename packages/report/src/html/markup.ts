import { cut } from '../markdown/escape.ts';

/** HTML that is safe to put on a page: whatever came into it was escaped on its way. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What a template takes: nothing for null, undefined and false; lists one after the other. */
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

/** Text that is markup already: ours, never a user's. */
export const raw = (text: string): Markup => new Markup(text);

/** What servers and teams say has no end; what people read has. */
const LONGEST = 300;

/** A text that somebody else wrote, as much of it as anybody reads. */
export const said = (text: string): string => cut(text, LONGEST);

/** A name that somebody gave: whatever direction it is written in, it does not turn what stands beside it. */
export const name = (text: string): Markup => html`<bdi>${said(text)}</bdi>`;

/** Longer ones are cut where there is no room for them, and told in full when pointed at. */
const LONG = 24;

/** A name in a table. */
export const cellName = (text: string): Markup =>
  text.length > LONG ? html`<bdi title="${said(text)}">${said(text)}</bdi>` : name(text);

/** JSON that can stand in a script element: `</script>` and `<!--` in it end nothing. */
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

/** Signs that no HTML may hold become the one that stands for what cannot be shown. */
const escapeText = (text: string): string =>
  text
    .toWellFormed()
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '\ufffd')
    .replace(/[&<>"']/g, (sign) => ESCAPED[sign] ?? sign);
