import { once } from 'node:events';
import { connect } from 'node:net';
import type { ProcessIdentity } from '@livekit-swarm/host';
import { errorCodeOf, messageOf, SwarmError } from '@livekit-swarm/settings';
import type { BalancerCertificate } from '../cluster/balancer-certificate.ts';
import type {
  Answer,
  NodeState,
  ProgramChange,
  Request,
  ServiceAction,
} from './control-protocol.ts';
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
): Promise<ProcessIdentity | null> => (await request(lab, { service, action })).process ?? null;

/**
 * Changes the program of a node of a running lab, which takes effect at the next start of the node.
 * @param change null: changes nothing
 * @throws SwarmError as `labService`; `no_service` for a service that is not a node
 */
export const labProgram = async (
  lab: string,
  service: string,
  change: ProgramChange | null,
): Promise<NodeState> => {
  const program = change === null ? {} : { program: change };
  const { node } = await request(lab, { service, action: 'look', ...program });
  if (node !== undefined) return node;
  throw new SwarmError('no_service', `${service} is not a node of the lab "${lab}"`);
};

/**
 * Gives the load balancer of a running lab another certificate.
 * @param certificate null: changes nothing
 * @returns the present certificate; null: the load balancer does not terminate TLS
 * @throws SwarmError as `labService`
 */
export const labCertificate = async (
  lab: string,
  service: string,
  certificate: BalancerCertificate | null,
): Promise<BalancerCertificate | null> => {
  const change = certificate === null ? {} : { certificate };
  return (await request(lab, { service, action: 'look', ...change })).certificate ?? null;
};

/**
 * Lets the load balancer of a running lab send new connections to a node, or not.
 * @throws SwarmError as `labService`; `reload_failed`
 */
export const labBackend = async (lab: string, node: string, isBackend: boolean): Promise<void> => {
  await request(lab, { service: node, action: 'look', isBackend });
};

const request = async (lab: string, asked: Request): Promise<Answer> => {
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
    socket.write(`${JSON.stringify(asked)}\n`);
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
  return answer;
};

const parse = (text: string): Answer | null => {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return null;
  }
};
