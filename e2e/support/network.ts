/**
 * Two hosts on one cable: network namespaces joined by a veth pair, so that loss can be made on the wire without a trace on this host's own
 * network. Linux, root, iproute2.
 *
 * Nothing stays behind: interfaces and packet filters live in the namespaces and go with them, and a janitor removes the namespaces, with
 * whatever still runs in them, as soon as this process is gone, however it went. What a killed janitor leaves is removed when the next network
 * is made: the names tell who made them.
 */
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { missing } from '@livekit-swarm/testkit/requirements';

const exec = promisify(execFile);

export interface Host {
  /** Name of the network namespace. */
  readonly name: string;
  /** IPv4. */
  readonly address: string;
  readonly address6: string;
  /**
   * Prefix of a command that runs on this host; it becomes that command and keeps its descriptors.
   */
  readonly through: readonly [string, ...string[]];
  /** Runs a program on this host to its end and resolves with its stdout. Rejects when it fails, with its stderr. */
  run(program: string, args: readonly string[], stdin?: string): Promise<string>;
}

/** Host of this process, in the form of those in namespaces. */
export const HERE: Host = {
  name: 'here',
  address: '127.0.0.1',
  address6: '::1',
  through: ['env'],
  run: async (program, args) => (await exec(program, [...args])).stdout,
};

export interface Network extends AsyncDisposable {
  readonly server: Host;
  readonly generator: Host;
}

const SIDES = ['server', 'generator'] as const;
type Side = (typeof SIDES)[number];

/** No other host is on this link, so any private range works. */
const ADDRESSES: Record<Side, string> = { server: '10.213.0.1', generator: '10.213.0.2' };
const PREFIX = 30;
/** RFC 4193, unique local. */
const ADDRESSES_6: Record<Side, string> = { server: 'fd53:5741::1', generator: 'fd53:5741::2' };
const PREFIX_6 = 64;

const NAME = /^swarm-(\d+)-[0-9a-f]{6}-(?:server|generator)$/;

/** @throws Error when this host does not let us; see `whyNoNetwork` */
export const openNetwork = async (): Promise<Network> => {
  await removeLeftovers();
  const tag = `swarm-${process.pid}-${randomBytes(3).toString('hex')}`;
  const names = { server: `${tag}-server`, generator: `${tag}-generator` };
  // Before there is anything to clean up, so that there is no moment without it. It reads until we let go of its stdin.
  const janitor = spawn(
    'sh',
    ['-c', `trap "" INT TERM HUP; cat; ${SIDES.map((side) => removal(names[side])).join('; ')}`],
    {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    },
  );
  await once(janitor, 'spawn');
  const ended = once(janitor, 'exit');
  const close = async (): Promise<void> => {
    janitor.stdin.end();
    await ended;
  };
  try {
    for (const side of SIDES) await exec('ip', ['netns', 'add', names[side]]);
    await ip(names.server, `link add eth0 type veth peer name eth0 netns ${names.generator}`);
    for (const side of SIDES) {
      await ip(names[side], `address add ${ADDRESSES[side]}/${PREFIX} dev eth0`);
      await ip(names[side], `address add ${ADDRESSES_6[side]}/${PREFIX_6} dev eth0 nodad`);
      for (const device of ['lo', 'eth0']) await ip(names[side], `link set ${device} up`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    server: hostIn(names.server, 'server'),
    generator: hostIn(names.generator, 'generator'),
    [Symbol.asyncDispose]: close,
  };
};

/**
 * Requirement that is missing, with the command that installs it; null when networks can be
 * created.
 */
export const whyNoNetwork = async (): Promise<string | null> => {
  const reason = await missing('root', 'ip', 'nft');
  if (reason !== null) return reason;
  try {
    await using network = await openNetwork();
    await network.generator.run(
      'nft',
      ['-f', '-'],
      'table inet probe { chain input { type filter hook input priority 0; }; }',
    );
    return null;
  } catch (error) {
    return `this host makes no network namespaces with packet filters: ${error instanceof Error ? error.message : error}`;
  }
};

/** Namespaces that `openNetwork` made, in this process or another, and that are still there. */
export const namespacesOf = async (maker: number): Promise<string[]> =>
  (await allNamespaces()).filter((name) => makerOf(name) === maker);

const allNamespaces = async (): Promise<string[]> => {
  const { stdout } = await exec('ip', ['netns', 'list']);
  return stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((name) => NAME.test(name));
};

const removeLeftovers = async (): Promise<void> => {
  for (const name of await allNamespaces())
    if (!isAlive(makerOf(name))) await exec('sh', ['-c', removal(name)]).catch(goneAlready);
};

/** Ignore an error: the janitor of the network was quicker. */
const goneAlready = (): void => {};

/** Every process in one of these namespaces was started here. */
const removal = (name: string): string =>
  `ip netns pids ${name} | xargs -r kill -KILL; ip netns del ${name}`;

const makerOf = (name: string): number => Number(NAME.exec(name)?.[1]);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const ip = (namespace: string, command: string) =>
  exec('ip', ['-n', namespace, ...command.split(' ')]);

const hostIn = (name: string, side: Side): Host => ({
  name,
  address: ADDRESSES[side],
  address6: ADDRESSES_6[side],
  through: ['ip', 'netns', 'exec', name],
  run: async (program, args, stdin = '') => {
    const running = exec('ip', ['netns', 'exec', name, program, ...args]);
    // A program that reads nothing may have ended already.
    running.child.stdin?.on('error', () => {});
    running.child.stdin?.end(stdin);
    return (await running).stdout;
  },
});
