/** Network namespaces as hosts on one switch. Linux, root, iproute2. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface NamespaceHost {
  address: string;
  /** Words before a command that run it on this host. */
  through: string[];
}

const BRIDGE = 'switch0';
const address = (index: number): string => `10.214.0.${index + 1}`;

/**
 * Opens hosts, the first of which has the switch. They are removed with their processes after the
 * disposal or at the end of this process.
 * @throws Error with the output of ip
 */
export const openHosts = async (
  count: number,
): Promise<{ hosts: NamespaceHost[] } & AsyncDisposable> => {
  const names = Array.from({ length: count }, (_, index) => `swarm-bench-${process.pid}-${index}`);
  const removal = names
    .map((name) => `ip netns pids ${name} | xargs -r kill -KILL; ip netns del ${name}`)
    .join('; ');
  // The process waits for the end of this process, even a SIGKILL.
  const janitor = spawn('sh', ['-c', `trap "" INT TERM HUP; cat; ${removal}`], {
    ...{ stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  });
  const ended = once(janitor, 'exit');
  const close = async (): Promise<void> => {
    janitor.stdin?.end();
    await ended;
  };
  const [first = ''] = names;
  const ip = (name: string, command: string) => exec('ip', ['-n', name, ...command.split(' ')]);
  try {
    for (const name of names) {
      await exec('ip', ['netns', 'add', name]);
      await ip(name, 'link set lo up');
    }
    await ip(first, `link add ${BRIDGE} type bridge`);
    await ip(first, `address add ${address(0)}/24 dev ${BRIDGE}`);
    await ip(first, `link set ${BRIDGE} up`);
    for (const [index, name] of names.entries()) {
      if (index === 0) continue;
      await ip(first, `link add port${index} type veth peer name eth0 netns ${name}`);
      await ip(first, `link set port${index} master ${BRIDGE} up`);
      await ip(name, `address add ${address(index)}/24 dev eth0`);
      await ip(name, 'link set eth0 up');
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    hosts: names.map((name, index) => ({
      address: address(index),
      through: ['ip', 'netns', 'exec', name],
    })),
    [Symbol.asyncDispose]: close,
  };
};
