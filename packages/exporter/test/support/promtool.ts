import { execFile } from 'node:child_process';

/** Output of `promtool check metrics`; empty if there are no problems. */
export const checkMetrics = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve(error === null ? stdout + stderr : `${stdout}${stderr}` || error.message),
    );
    child.stdin?.end(text);
  });
