/** The colours and weights of `Style`, which are all that may reach a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one.
const OURS = /\u001b\[(?:1|2|22|31|32|33|39)m/y;

/**
 * Text that a terminal shows and does not obey: what servers say may hold escape sequences that move the cursor, set the title or worse. Every control character
 * that is neither a line end nor part of a colour of `Style` becomes U+FFFD.
 */
export const printable = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
  text.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, (sign, at: number) => {
    OURS.lastIndex = at;
    return sign === '\u001b' && OURS.test(text) ? sign : '\ufffd';
  });
