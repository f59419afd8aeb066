/**
 * Command line of a program in a network namespace. Only root may enter one, so the user changes
 * afterwards; with it goes the signal that ends the program with its guard, which is set again.
 * @param network path of the namespace: `/proc/42/ns/net`
 * @param user user and group of the program; null: those of this process
 */
export const inNetwork = (
  network: string,
  user: number | null,
  command: readonly string[],
): { command: string; args: string[] } => ({
  command: 'nsenter',
  args: [
    `--net=${network}`,
    '--',
    'setpriv',
    ...(user === null
      ? []
      : ['--reuid', String(user), '--regid', String(user), '--clear-groups', '--no-new-privs']),
    ...['--pdeathsig', 'KILL', '--'],
    ...command,
  ],
});
