import { type Host, localHost } from './local-host.ts';

/** Local ports at which any of these processes listens, ascending. */
export const listeningPorts = async (
  protocol: 'tcp' | 'udp',
  pids: ReadonlySet<number>,
  host: Host = localHost,
): Promise<number[]> => {
  const { stdout } = await host.run([
    'ss',
    '--no-header',
    '--listening',
    '--numeric',
    '--processes',
    `--${protocol}`,
  ]);
  return parsePorts(stdout, pids);
};

/** Output of `ss`: state, two queues, local and peer address, `users:(("name",pid=1,fd=2),…)`. */
export const parsePorts = (text: string, pids: ReadonlySet<number>): number[] => {
  const ports = text.split('\n').flatMap((line) => {
    const port = Number(/^\S+\s+\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1]);
    const owners = [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    return Number.isInteger(port) && owners.some((pid) => pids.has(pid)) ? [port] : [];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
};

const HIERARCHIES = ['', '/unified', '/systemd'];

/** All processes of a cgroup, as systemd names it: `/system.slice/haproxy.service`. */
export const processesOf = async (group: string, host: Host = localHost): Promise<Set<number>> => {
  if (group === '' || group === '/') return new Set();
  const lists = await Promise.all(
    HIERARCHIES.map((place) => host.read(`/sys/fs/cgroup${place}${group}/cgroup.procs`)),
  );
  return new Set(
    lists.flatMap((list) => (list ?? '').split('\n').filter((line) => line !== '')).map(Number),
  );
};
