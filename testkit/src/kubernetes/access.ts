import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

/** Who may ask the API server, each with a token of its own. */
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

/** The names are those that Kubernetes' own roles are bound to. */
export const createAccess = (nodeName: string) => ({
  administrator: access('administrator', 'system:masters'),
  controllerManager: access('system:kube-controller-manager'),
  scheduler: access('system:kube-scheduler'),
  kubelet: access(`system:node:${nodeName}`, 'system:nodes'),
});

/** What `--token-auth-file` reads: token, user, user id, groups. */
export const tokenFile = (all: readonly Access[]): string =>
  all.map(({ user, groups, token }) => `${token},${user},${user},"${groups.join(',')}"\n`).join('');

export interface Entrance {
  /** https:// of the API server. */
  server: string;
  /** File of the certificate that it is checked against. */
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
