import type { ProcessIdentity } from '@livekit-swarm/host';
import type { ErrorCode } from '@livekit-swarm/settings';
import type { BalancerCertificate } from '../cluster/balancer-certificate.ts';
import type { NodeProgram } from '../cluster/node-programs.ts';

/** Action on a service; `look` changes nothing. */
export type ServiceAction = 'start' | 'stop' | 'reload' | 'look' | NodeJS.Signals;

/** Change of the program of a node, which takes effect at its next start (see `NodePrograms`). */
export type ProgramChange = { use: NodeProgram } | 'restore' | 'keep';

export interface NodeState {
  program: NodeProgram;
  isChanged: boolean;
}

export interface Request {
  service: string;
  action: ServiceAction;
  /** Change before the action. */
  program?: ProgramChange;
  /** Certificate that the load balancer takes before the action. */
  certificate?: BalancerCertificate;
  /** True: the load balancer sends new connections to this node; false: none. Before the action. */
  isBackend?: boolean;
}

export interface Answer {
  /** Process of the service after the action; null if it does not run. */
  process?: ProcessIdentity | null;
  /** Program of a node's next start, and whether `restore` would change it. */
  node?: NodeState;
  /** Present certificate of the load balancer; absent: it does not terminate TLS. */
  certificate?: BalancerCertificate;
  error?: { code: ErrorCode; message: string; hint: string | null };
}
