/**
 * Repeats all commands until each has succeeded, for half a minute; exits with 0 then, otherwise
 * with 1. A command that fails sets `failed=1`.
 */
export const untilAllSucceed = (
  commands: readonly string[],
): string => `for attempt in 1 2 3 4 5 6; do
  failed=0
${commands.join('\n')}
  [ "$failed" = 0 ] && exit 0
  sleep 5
done
exit 1
`;
