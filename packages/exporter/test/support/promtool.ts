import { execFile } from 'node:child_process';

/** What promtool has to say about metrics as they are served; empty when it has nothing to complain of. */
export const checkMetrics = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve(error === null ? stdout + stderr : `${stdout}${stderr}` || error.message),
    );
    child.stdin?.end(text);
  });
