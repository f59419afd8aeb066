import { get } from 'node:http';

/** Whether something at this port of ours answers HTTP, whatever it says, over a connection of its own: one that is kept may be that of a process which is gone. */
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

/** Whether any of these does: which of its ports a node answers at is not known from outside. */
export const anyAnswers = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(ports.map(answers))).some((there) => there);
