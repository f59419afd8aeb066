import { get } from 'node:http';

/** Whether a local port answers HTTP with any status, over a new connection: a kept one may lead to a process that is gone. */
const answers = (port: number | undefined): Promise<boolean> =>
  new Promise((resolve) => {
    const request = get({ host: '127.0.0.1', port, agent: false, timeout: 700 }, (response) => {
      response.resume();
      resolve(true);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });

/** Whether any of these ports does: which of them a node answers at is not known. */
export const anyAnswers = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(ports.map(answers))).some((there) => there);
