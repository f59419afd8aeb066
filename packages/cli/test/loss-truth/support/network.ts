/**
 * Two hosts on one cable: network namespaces joined by a veth pair, so that loss can be made on the wire without a trace on this machine's own
 * network. Linux, root, iproute2.
 *
 * Nothing stays behind: interfaces and packet filters live in the namespaces and go with them, and a janitor removes the namespaces, with
 * whatever still runs in them, as soon as this process is gone, however it went. What a killed janitor leaves is removed when the next network
 * is made: the names tell who made them.
 */
import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { promisify } from 'node:util';

const exec = promisify(execFile);

export interface Host {
  /** Of the network namespace. */
  readonly name: string;
  /** IPv4. */
  readonly address: string;
  /** Starts a program on this host. */
  spawn(program: string, args: readonly string[], options: SpawnOptions): ChildProcess;
  /** Runs a program on this host to its end and resolves with its stdout. Rejects when it fails, with its stderr. */
  run(program: string, args: readonly string[], stdin?: string): Promise<string>;
}

export interface Network extends AsyncDisposable {
  readonly server: Host;
  readonly generator: Host;
}

const SIDES = ['server', 'generator'] as const;
type Side = (typeof SIDES)[number];

/** Nobody else is on this cable: any private range will do. */
const ADDRESSES: Record<Side, string> = { server: '10.213.0.1', generator: '10.213.0.2' };
const PREFIX = 30;

const NAME = /^swarm-(\d+)-[0-9a-f]{6}-(?:server|generator)$/;

/** @throws Error when this machine does not let us; see `whyNoNetwork` */
export const openNetwork = async (): Promise<Network> => {
  await removeLeftovers();
  const tag = `swarm-${process.pid}-${randomBytes(3).toString('hex')}`;
  const names = { server: `${tag}-server`, generator: `${tag}-generator` };
  // Before there is anything to clean up, so that there is no moment without it.
  const janitor = spawn('sh', ['-c', `trap "" INT TERM HUP; cat; ${SIDES.map((side) => removal(names[side])).join('; ')}`], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const [, ended] = [await once(janitor, 'spawn'), once(janitor, 'exit')];
  const close = async (): Promise<void> => {
    janitor.stdin.end();
    await ended;
  };
  try {
    for (const side of SIDES) await exec('ip', ['netns', 'add', names[side]]);
    await ip(names.server, `link add eth0 type veth peer name eth0 netns ${names.generator}`);
    for (const side of SIDES) {
      await ip(names[side], `address add ${ADDRESSES[side]}/${PREFIX} dev eth0`);
      for (const device of ['lo', 'eth0']) await ip(names[side], `link set ${device} up`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return {
    server: hostIn(names.server, ADDRESSES.server),
    generator: hostIn(names.generator, ADDRESSES.generator),
    [Symbol.asyncDispose]: close,
  };
};

/** A sentence that says what is missing and how to get it, or null when networks can be made. */
export const whyNoNetwork = async (): Promise<string | null> => {
  if (process.platform !== 'linux') return 'network namespaces exist on Linux only';
  if (process.getuid?.() !== 0) return 'making network namespaces takes root';
  for (const [program, paket] of [
    ['ip', 'iproute2'],
    ['nft', 'nftables'],
  ] as const) {
    const found = await exec(program, ['-V']).then(
      () => true,
      () => false,
    );
    if (!found) return `${program} is missing: apt-get install ${paket}`;
  }
  try {
    await using network = await openNetwork();
    await network.generator.run('nft', ['-f', '-'], 'table inet probe { chain input { type filter hook input priority 0; }; }');
    return null;
  } catch (error) {
    return `this machine makes no network namespaces with packet filters: ${error instanceof Error ? error.message.trim() : String(error)}`;
  }
};

/** Networks that now exist and were made by anybody's run of these tests. */
export const namespacesOf = async (pid: number | null = null): Promise<string[]> => {
  const { stdout } = await exec('ip', ['netns', 'list']);
  const names = stdout.split('\n').map((line) => line.split(' ')[0] ?? '');
  return names.filter((name) => NAME.test(name) && (pid === null || makerOf(name) === pid));
};

const removeLeftovers = async (): Promise<void> => {
  for (const name of await namespacesOf()) if (!isAlive(makerOf(name))) await exec('sh', ['-c', removal(name)]);
};

/** Everything in a namespace of ours was started by us. */
const removal = (name: string): string => `ip netns pids ${name} | xargs -r kill -KILL; ip netns del ${name}`;

const makerOf = (name: string): number => Number(NAME.exec(name)?.[1]);

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const ip = (namespace: string, command: string) => exec('ip', ['-n', namespace, ...command.split(' ')]);

const hostIn = (name: string, address: string): Host => {
  const inside = (program: string, args: readonly string[]) => ['netns', 'exec', name, program, ...args];
  return {
    name,
    address,
    spawn: (program, args, options) => spawn('ip', inside(program, args), options),
    run: async (program, args, stdin = '') => {
      const running = exec('ip', inside(program, args), { maxBuffer: 64 << 20 });
      running.child.stdin?.end(stdin);
      return (await running).stdout;
    },
  };
};
