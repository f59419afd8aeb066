/** Quotes one word for a POSIX shell. */
export const quote = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'"'"'`)}'`;

/** Quotes a list of arguments: ssh passes one text to the login shell of the remote host. */
export const quoteAll = (argv: readonly string[]): string => argv.map(quote).join(' ');
