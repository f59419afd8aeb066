/** One word for a shell, whatever is in it. */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;

/** ssh has one text carried out by the login shell of the other side, whatever was one argument here. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ');
