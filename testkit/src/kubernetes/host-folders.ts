import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Socket of every kubelet, at the same path on every host. */
export const KUBELET_SOCKET = '/var/lib/kubelet/device-plugins/kubelet.sock';
/** Folder with links to the logs of all containers of a host. */
const CONTAINER_LOGS = '/var/log/containers';
/** Folder with sockets of the processes that containerd starts for each container. */
const SHIM_SOCKETS = '/run/containerd/s';
/** Folder in which libcni records assigned addresses. */
const CNI_RESULTS = '/var/lib/cni/results';

/**
 * Folders that these programs create outside of the cluster's folder, because no setting can move
 * them. Children first.
 */
const FOLDERS = [
  '/var/lib/kubelet/device-plugins',
  '/var/lib/kubelet',
  CONTAINER_LOGS,
  SHIM_SOCKETS,
  '/run/containerd/io.containerd.runtime.v2.task',
  '/run/containerd',
  CNI_RESULTS,
  '/var/lib/cni/cache',
  '/var/lib/cni',
];

/** Folders that do not exist yet, and so belong to the cluster if they exist at its end. */
export const missingHostFolders = (): string[] => FOLDERS.filter((folder) => !existsSync(folder));

/** Paths of sockets in the state of a containerd, to be read before that is removed. */
export const shimSocketsOf = async (state: string): Promise<string[]> => {
  const tasks = join(state, 'io.containerd.runtime.v2.task', 'k8s.io');
  const names = await readdir(tasks).catch(() => []);
  const addresses = await Promise.all(
    names.map((name) => readFile(join(tasks, name, 'address'), 'utf8').catch(() => '')),
  );
  return addresses.flatMap((address) => {
    const path = address.trim().replace(/^unix:\/\//, '');
    return path.startsWith(`${SHIM_SOCKETS}/`) ? [path] : [];
  });
};

/**
 * Removes files that a cluster wrote outside of its folder, and then the empty folders among
 * `made`.
 */
export const clearHostFolders = async (
  folder: string,
  network: string,
  sockets: readonly string[],
  made: readonly string[],
) => {
  const links = await linksInto(folder);
  const results = (await namesIn(CNI_RESULTS))
    .filter((name) => name.startsWith(`${network}-`))
    .map((name) => join(CNI_RESULTS, name));
  for (const path of [KUBELET_SOCKET, ...links, ...results, ...sockets])
    await rm(path, { force: true });
  // A folder that is not empty is in use by another program.
  for (const path of FOLDERS) if (made.includes(path)) await rmdir(path).catch(() => {});
};

const linksInto = async (folder: string): Promise<string[]> => {
  const paths = (await namesIn(CONTAINER_LOGS)).map((name) => join(CONTAINER_LOGS, name));
  const targets = await Promise.all(paths.map((path) => readlink(path).catch(() => '')));
  return paths.filter((_, index) => targets[index]?.startsWith(`${folder}/`));
};

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
