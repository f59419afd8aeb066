import { type Host, localHost } from './local-host.ts';

/** Local ports that any of these processes listens at, ascending; as `ss` tells root. */
export const listeningPorts = async (
  protocol: 'tcp' | 'udp',
  pids: ReadonlySet<number>,
  machine: Host = localHost,
): Promise<number[]> => {
  const { stdout } = await machine.run([
    'ss',
    '--no-header',
    '--listening',
    '--numeric',
    '--processes',
    `--${protocol}`,
  ]);
  return parsePorts(stdout, pids);
};

/** What `ss` prints: state, two queues, local and peer address, `users:(("name",pid=1,fd=2),…)`. */
export const parsePorts = (text: string, pids: ReadonlySet<number>): number[] => {
  const ports = text.split('\n').flatMap((line) => {
    const port = Number(/^\S+\s+\d+\s+\d+\s+\S*:(\d+)\s/.exec(line)?.[1]);
    const owners = [...line.matchAll(/pid=(\d+)/g)].map(([, pid]) => Number(pid));
    return Number.isInteger(port) && owners.some((pid) => pids.has(pid)) ? [port] : [];
  });
  return [...new Set(ports)].sort((a, b) => a - b);
};

const HIERARCHIES = ['', '/unified', '/systemd'];

/** All processes of a control group, as systemd names it: `/system.slice/haproxy.service`. */
export const processesOf = async (
  group: string,
  machine: Host = localHost,
): Promise<Set<number>> => {
  if (group === '' || group === '/') return new Set();
  const lists = await Promise.all(
    HIERARCHIES.map((place) => machine.read(`/sys/fs/cgroup${place}${group}/cgroup.procs`)),
  );
  return new Set(
    lists.flatMap((list) => (list ?? '').split('\n').filter((line) => line !== '')).map(Number),
  );
};
