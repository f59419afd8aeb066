/**
 * The arguments that a service gets for those that systemd-run was given, in every version: variables as
 * systemd.service(5), "Command lines", describes them. A word that is one variable alone becomes as many
 * words as its value has; `${NAME}` is replaced within a word; `$$` is `$`; another `$` stays.
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
