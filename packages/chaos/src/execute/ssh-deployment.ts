import { nameOfSshOrder, type SshOrder } from '../targets/ssh/spec.ts';
import { openSshTarget } from '../targets/ssh.ts';
import type { RaisedDeployment } from './execute-drill.ts';
import { type GivenAddresses, givenDeployment } from './user-deployment.ts';

export type SshDeploymentOptions = SshOrder & GivenAddresses;

/**
 * LiveKit as units of systemd on machines that are reached over ssh, known by its hosts (`lk-1,lk-2`).
 * @throws SwarmError `no-ssh`, `unreachable`, `no-systemd`, `no-member`
 */
export const sshDeployment = async (options: SshDeploymentOptions): Promise<RaisedDeployment> =>
  givenDeployment(await openSshTarget(options), nameOfSshOrder(options), options);
