/** Command of one line, as a shell parses it. */
export interface ShellCommand {
  /** Assignments `NAME=value` in front of the command, or the arguments of `export`. */
  env: Record<string, string>;
  words: string[];
}

/** Pattern of a quoted stretch, a bare one, or an operator that ends the command. */
const TOKEN = /'([^']*)'|"([^"]*)"|([^\s'"|&;<>#]+)|(\s+)|([|&;<>#])/y;

/**
 * Parses the first command of a line, as far as examples in the pages need a shell: words, quotes,
 * assignments. Redirections and comments end it.
 */
export const readCommand = (line: string): ShellCommand => {
  const words: string[] = [];
  let word: string | null = null;
  const end = (): void => {
    if (word !== null) words.push(word);
    word = null;
  };
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(line); token !== null; token = TOKEN.exec(line)) {
    const [, single, double, bare, blank, operator] = token;
    if (operator !== undefined) break;
    if (blank !== undefined) end();
    else word = (word ?? '') + (single ?? double ?? bare ?? '');
  }
  end();
  const env: Record<string, string> = {};
  while (words[0] === 'export' || /^\w+=/.test(words[0] ?? '')) {
    const [name = '', ...value] = (words.shift() ?? '').split('=');
    if (name !== 'export') env[name] = value.join('=');
  }
  return { env, words };
};
