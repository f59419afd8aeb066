import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** Account of the API server, with its own token. */
export interface Access {
  user: string;
  groups: readonly string[];
  token: string;
}

const access = (user: string, ...groups: string[]): Access => ({
  user,
  groups,
  token: randomBytes(24).toString('base64url'),
});

/** Creates the accounts of a cluster, with the names to which Kubernetes' own roles are bound. */
export const createAccess = (nodeName: string) => ({
  administrator: access('administrator', 'system:masters'),
  controllerManager: access('system:kube-controller-manager'),
  scheduler: access('system:kube-scheduler'),
  kubelet: access(`system:node:${nodeName}`, 'system:nodes'),
});

/** Renders the file of `--token-auth-file`: token, user, user id, groups. */
export const tokenFile = (all: readonly Access[]): string =>
  all.map(({ user, groups, token }) => `${token},${user},${user},"${groups.join(',')}"\n`).join('');

export interface Entrance {
  /** Address of the API server, https://. */
  server: string;
  /** File of the certificate that verifies the server. */
  authority: string;
}

/** Writes a kubeconfig that only its owner may read. */
export const writeKubeconfig = async (
  file: string,
  { server, authority }: Entrance,
  token: string,
): Promise<void> => {
  const name = 'livekit-swarm-lab';
  const certificate = (await readFile(authority)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': certificate } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
};
