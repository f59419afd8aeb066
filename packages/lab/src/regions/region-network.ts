/**
 * The network of a lab of regions: a namespace for the servers and one for the users of each
 * region, joined by the namespace of this process as a router. Packets between two of them pass a
 * link with the delay and loss of that distance.
 *
 * Nothing stays behind: namespaces without a name end with their last process, and with them their
 * interfaces, routes and packet filters.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { identifyProcess } from '@livekit-swarm/host';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import { execa } from 'execa';
import { requireProgram } from '../cluster/require-program.ts';
import { distancesOf, type RegionLinks, regionRules, TABLE } from './region-rules.ts';

/** Address of the router, in each of its networks. */
export const ROUTER = '198.18.0.1';

export interface RegionNetworkOptions extends RegionLinks {
  /** Addresses of the servers of each region, by its position. */
  servers: readonly (readonly string[])[];
  /** Path of swarm-impair. */
  impairProgram: string;
}

/** Number of UDP packets from users to an address, as the router forwarded them. */
export interface SeenTraffic {
  /** Position of the users' region. */
  users: number;
  address: string;
  packets: number;
}

export interface RegionNetwork extends AsyncDisposable {
  /** Namespaces as paths, by the position of the region. */
  readonly servers: readonly string[];
  readonly users: readonly string[];
  /** Forgets the traffic that was seen. */
  forgetTraffic(): Promise<void>;
  /** Traffic to servers since the start, or since it was forgotten. */
  traffic(): Promise<SeenTraffic[]>;
  /** Loses the servers of a region: no packet reaches or leaves them any more. */
  lose(region: number): Promise<void>;
}

/**
 * Builds the network in the namespace of this process, which must be a new one.
 * @throws SwarmError `no_network`, `no_program`
 */
export const openRegionNetwork = async (options: RegionNetworkOptions): Promise<RegionNetwork> => {
  const ip = await requireProgram(['ip'], 'iproute2');
  const nft = await requireProgram(['nft'], 'nftables');
  const command = async (program: string, args: readonly string[], input = ''): Promise<string> => {
    const { failed, stdout, stderr } = await execa(program, args, { input, reject: false });
    if (!failed) return stdout;
    throw noNetwork(`${program} ${args.join(' ')}: ${stderr.split('\n')[0]}`);
  };
  await using stack = new AsyncDisposableStack();
  await command(ip, ['link', 'set', 'lo', 'up']);
  await writeFile('/proc/sys/net/ipv4/ip_forward', '1').catch((error: unknown) => {
    throw noNetwork(`packets cannot be forwarded: ${messageOf(error)}`);
  });
  /** Makes a namespace with these addresses, and the link from it to the router. */
  const join = async (device: string, addresses: readonly string[]): Promise<string> => {
    const holder = stack.use(await holdNamespace());
    const inside = ['--target', String(holder.pid), '--net', ip];
    await command(ip, [
      ...['link', 'add', device, 'type', 'veth'],
      ...['peer', 'name', 'eth0', 'netns', String(holder.pid)],
    ]);
    await command(ip, ['address', 'add', `${ROUTER}/32`, 'dev', device]);
    await command(ip, ['link', 'set', device, 'up']);
    await command('nsenter', [...inside, 'link', 'set', 'lo', 'up']);
    for (const address of addresses)
      await command('nsenter', [...inside, 'address', 'add', `${address}/32`, 'dev', 'eth0']);
    await command('nsenter', [...inside, 'link', 'set', 'eth0', 'up']);
    await command('nsenter', [...inside, 'route', 'add', ROUTER, 'dev', 'eth0', 'scope', 'link']);
    await command('nsenter', [...inside, 'route', 'add', 'default', 'via', ROUTER]);
    for (const address of addresses)
      await command(ip, ['route', 'add', `${address}/32`, 'dev', device]);
    return `/proc/${holder.pid}/ns/net`;
  };
  const servers: string[] = [];
  const users: string[] = [];
  for (const [region, addresses] of options.servers.entries()) {
    servers.push(await join(serversDevice(region), addresses));
    users.push(await join(usersDevice(region), [usersAddress(region)]));
  }
  await command(nft, ['-f', '-'], regionRules(options, { serversDevice, usersDevice }));
  const owner = identifyProcess(process.pid);
  for (const [number, { delayMs, loss }] of distancesOf(options).entries()) {
    await command(options.impairProgram, [
      ...['start', '--id', `regions${number}`, '--table', TABLE, '--chain', `link${number}`],
      ...(owner === null || owner.startedAt === null
        ? []
        : ['--owner', `${owner.pid}:${owner.startedAt}`]),
      ...['--delay-us', String(Math.round(delayMs * 1_000)), '--loss', String(loss)],
    ]);
    stack.defer(async () => {
      await execa(options.impairProgram, ['stop', '--id', `regions${number}`], { reject: false });
    });
  }
  const ending = stack.move();
  return {
    servers,
    users,
    forgetTraffic: async () => void (await command(nft, ['flush', 'set', 'ip', TABLE, 'seen'])),
    traffic: async () =>
      seenIn(
        await command(nft, ['list', 'set', 'ip', TABLE, 'seen']),
        options.servers.map((_, region) => usersAddress(region)),
      ),
    lose: async (region) =>
      void (await command(nft, [
        ...['add', 'element', 'ip', TABLE, 'lost', `{ "${serversDevice(region)}" }`],
      ])),
    [Symbol.asyncDispose]: () => ending.disposeAsync(),
  };
};

const serversDevice = (region: number): string => `servers${region}`;
const usersDevice = (region: number): string => `users${region}`;
const usersAddress = (region: number): string => `198.18.1.${region + 1}`;

const SEEN = /([\d.]+) \. ([\d.]+) counter packets (\d+)/g;

/** @param users addresses of the users, by the position of their region */
export const seenIn = (listing: string, users: readonly string[]): SeenTraffic[] =>
  [...listing.matchAll(SEEN)].flatMap(([, from = '', address = '', packets]) => {
    const region = users.indexOf(from);
    return region === -1 ? [] : [{ users: region, address, packets: Number(packets) }];
  });

interface Holder extends AsyncDisposable {
  readonly pid: number;
}

const NAMESPACE_WITHIN_MS = 5_000;

/** Holds a new namespace open, at most until this process ends: `cat` reads until then. */
const holdNamespace = async (): Promise<Holder> => {
  const holder = spawn('unshare', ['--net', 'cat'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  const { pid } = holder;
  const ended = once(holder, 'exit').catch(() => {});
  if (pid === undefined) throw noNetwork('unshare cannot be started');
  const own = await readlink('/proc/self/ns/net');
  const deadline = performance.now() + NAMESPACE_WITHIN_MS;
  while ((await readlink(`/proc/${pid}/ns/net`).catch(() => own)) === own) {
    if (performance.now() > deadline || holder.exitCode !== null)
      throw noNetwork('this host makes no network namespace');
    await sleep(5);
  }
  return {
    pid,
    [Symbol.asyncDispose]: async () => {
      holder.stdin.end();
      await ended;
    },
  };
};

const noNetwork = (why: string): SwarmError =>
  new SwarmError(
    'no_network',
    `the network of the regions cannot be built: ${why}`,
    'it needs Linux, root, iproute2, nftables and NFQUEUE: see "swarm chaos doctor"',
  );
