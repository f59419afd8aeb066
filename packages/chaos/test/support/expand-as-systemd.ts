/**
 * Expands arguments of systemd-run like every version of systemd does (systemd.service(5), "Command
 * lines"): a word that is one variable alone becomes as many words as its value has; `${NAME}` is
 * replaced within a word; `$$` is `$`; another `$` stays.
 */
export const expandAsSystemd = (
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): string[] =>
  argv.flatMap((word) => {
    if (/^\$[^{$]/.test(word))
      return (variables[word.slice(1)] ?? '').split(/\s+/).filter((part) => part !== '');
    return [
      word.replace(/\$\$|\$\{([^}]*)\}/g, (found, name: string | undefined) =>
        name === undefined ? found.slice(1) : (variables[name] ?? ''),
      ),
    ];
  });
