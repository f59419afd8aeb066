import { once } from 'node:events';
import { connect } from 'node:net';
import type { ProcessIdentity } from '@livekit-swarm/host';
import { errorCodeOf, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { Answer, ServiceAction } from './control-protocol.ts';
import { controlSocket } from './lab-state.ts';

/** Time limit, longer than any service of a lab needs to be ready, ms. */
const PATIENCE_MS = 60_000;

/**
 * Starts a service of a running lab (and waits until it is ready), stops it, signals it, or
 * inspects it.
 * @returns its process after that; null if it does not run
 * @throws SwarmError `no_lab` if no lab of that name is running; `no_service`; errors of the start
 */
export const labService = async (
  lab: string,
  service: string,
  action: ServiceAction,
): Promise<ProcessIdentity | null> => {
  const socket = connect({ path: controlSocket(lab) });
  socket
    .setEncoding('utf8')
    .setTimeout(PATIENCE_MS, () => socket.destroy(new Error('its supervisor does not answer')));
  let text = '';
  socket.on('data', (part: string) => {
    text += part;
  });
  try {
    const closed = once(socket, 'close');
    socket.write(`${JSON.stringify({ service, action })}\n`);
    await closed;
  } catch (error) {
    const why = messageOf(error);
    throw new SwarmError(
      'no_lab',
      `the lab "${lab}" cannot be reached: ${why}`,
      '"swarm lab status" shows whether it is running',
      {
        cause: error,
      },
    );
  }
  const answer = parse(text);
  if (answer === null)
    throw new SwarmError(
      'no_lab',
      `the lab "${lab}" ended during the request`,
      '"swarm lab status" shows whether it is running',
    );
  if (answer.error !== undefined)
    throw new SwarmError(errorCodeOf(answer.error.code), answer.error.message, answer.error.hint);
  return answer.process ?? null;
};

const parse = (text: string): Answer | null => {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return null;
  }
};
