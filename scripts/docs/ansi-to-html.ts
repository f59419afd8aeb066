/**
 * Styles of the reports (ECMA-48 §8.3.117, SGR): CSS class by parameter, and the classes that a
 * parameter ends.
 */
const OPENS: Record<string, string> = {
  '1': 'bold',
  '2': 'dim',
  '31': 'red',
  '32': 'green',
  '33': 'yellow',
  '36': 'cyan',
};
const CLOSES: Record<string, readonly string[]> = {
  '0': Object.values(OPENS),
  '22': ['bold', 'dim'],
  '39': ['red', 'green', 'yellow', 'cyan'],
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for.
const SGR = /\u001b\[(\d*)m/;

/** Converts coloured terminal text to HTML, one span for each stretch of one style. */
export const ansiToHtml = (text: string): string => {
  let styles: string[] = [];
  // `split` with a group alternates between text and parameters.
  return text
    .split(SGR)
    .map((part, index) => {
      if (index % 2 === 0)
        return part === '' || styles.length === 0
          ? escaped(part)
          : `<span class="${styles.join(' ')}">${escaped(part)}</span>`;
      const code = part === '' ? '0' : part;
      const opened = OPENS[code];
      styles =
        opened === undefined
          ? styles.filter((style) => !(CLOSES[code] ?? []).includes(style))
          : [...styles, opened];
      return '';
    })
    .join('');
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
