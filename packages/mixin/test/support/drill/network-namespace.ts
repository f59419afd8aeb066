/**
 * Runs this program again in an unnamed network namespace, where dropped packets do not affect the
 * host. The kernel removes the namespace with its last process. Needs Linux and root.
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { missing } from '@livekit-swarm/testkit/requirements';

const exec = promisify(execFile);

/**
 * Loopback is down in a new namespace; `exec` keeps the process id, so that signals reach the
 * program.
 */
const ENTER = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] as const;

/** Reason for which a namespace cannot be created; null: it can. */
export const namespaceUnavailableReason = async (): Promise<string | null> => {
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

/** Runs this program in the namespace. @returns its exit code */
export const runInNamespace = async (programArgs: readonly string[]): Promise<number> => {
  const [program, ...args] = ENTER;
  const child = spawn(program, [...args, process.execPath, ...programArgs], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
};

/**
 * Drops packets of these UDP ports in both directions. Only inside the namespace.
 * @returns a function that removes the rules
 */
export const dropPackets = async (
  ports: readonly number[],
  percent: number,
): Promise<() => Promise<void>> => {
  const chance = percent >= 100 ? '' : `numgen random mod 100 < ${percent} `;
  const rules = ['sport', 'dport'].map((end) => `udp ${end} { ${ports.join(', ')} } ${chance}drop`);
  // Rules on input: a packet dropped on output would be an error for its sender, which no network
  // causes.
  await exec('nft', [
    `table inet fault { chain input { type filter hook input priority 0; policy accept; ${rules.join('; ')}; }; }`,
  ]);
  return async () => {
    await exec('nft', ['delete', 'table', 'inet', 'fault']);
  };
};
