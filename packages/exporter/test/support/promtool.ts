import { execFile, spawnSync } from 'node:child_process';

/** Why promtool cannot be asked; null when it can. */
export const whyNoPromtool = (): string | null =>
  spawnSync('promtool', ['--version']).status === 0
    ? null
    : 'promtool is not installed (Debian: prometheus)';

/** What promtool has to say about metrics as they are served; empty when it has nothing to complain of. */
export const checkMetrics = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve(error === null ? stdout + stderr : `${stdout}${stderr}` || error.message),
    );
    child.stdin?.end(text);
  });
