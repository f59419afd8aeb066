import { get } from 'node:http';

/**
 * Returns true when a local port answers HTTP with any status, over a new connection: a kept one
 * may lead to a process that has ended.
 */
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

/** Returns true when any of these ports answers: the port at which a node answers is unknown. */
export const anyAnswers = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(ports.map(answers))).some((there) => there);
