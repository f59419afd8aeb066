import { execa } from 'execa';

/**
 * Runs a program. Returns its stdout, and true if it succeeded; a program that is missing or hangs
 * did not.
 */
export const runCaptured = async (
  command: string,
  args: string[],
): Promise<{ ok: boolean; stdout: string }> => {
  const { failed, stdout } = await execa(command, args, {
    reject: false,
    timeout: 10_000,
    stdin: 'ignore',
  });
  return { ok: !failed, stdout: stdout ?? '' };
};

export const firstLine = (text: string): string => text.split('\n')[0]?.trim() ?? '';
