/**
 * A network of one's own: this program again, in a network namespace without a name, where packets can be dropped without a trace on the machine.
 * The kernel takes it away with the last process in it. Linux, root.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { missing } from '@livekit-swarm/testkit/requirements';

const exec = promisify(execFile);

/** Loopback is down in a new namespace; `exec` keeps the process id, so that who ends us ends the program. */
const ENTER = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] as const;

/** Null when it can be made; else a sentence that says what is missing. */
export const whyNoOwnNetwork = async (): Promise<string | null> => {
  const reason = await missing('root', 'unshare', 'ip', 'nft');
  if (reason !== null) return reason;
  const [program, ...args] = ENTER;
  const table = 'table inet probe { chain input { type filter hook input priority 0; }; }';
  const nft = exec(program, [...args, 'nft', table]);
  return nft.then(
    () => null,
    (error: unknown) =>
      `no network namespace with a packet filter (iproute2, nftables): ${String(error)}`,
  );
};

/** Runs this very program in there, to its end. @returns its exit code */
export const runAgainInside = async (programArgs: readonly string[]): Promise<number> => {
  const [program, ...args] = ENTER;
  const child = spawn(program, [...args, process.execPath, ...programArgs], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

/** Drops packets of these UDP ports, whichever way they go, until it is called again. Only for a network of one's own. */
export const dropPackets = async (
  ports: readonly number[],
  tcpPorts: readonly number[],
  percent: number,
): Promise<() => Promise<void>> => {
  const chance = percent >= 100 ? '' : `numgen random mod 100 < ${percent} `;
  const rules = [
    ...['sport', 'dport'].map((end) => `udp ${end} { ${ports.join(', ')} } ${chance}drop`),
    ...(tcpPorts.length === 0 ? [] : [`tcp dport { ${tcpPorts.join(', ')} } ${chance}drop`]),
  ];
  // On arrival, because a packet dropped on departure is refused to its sender, which no network does.
  await exec('nft', [
    `table inet fault { chain input { type filter hook input priority 0; policy accept; ${rules.join('; ')}; }; }`,
  ]);
  return async () => {
    await exec('nft', ['delete', 'table', 'inet', 'fault']);
  };
};
