import { existsSync, readFileSync } from 'node:fs';
import { identifyProcess } from '@livekit-swarm/host';
import type { EffectFinding } from '@livekit-swarm/record';
import { SwarmError } from '@livekit-swarm/settings';
import { impairProgram } from '@livekit-swarm/webrtc';
import { execa } from 'execa';
import { linkArguments } from '../faults/effects/link-arguments.ts';
import { tableName } from '../faults/effects/nft-table.ts';
import type { SocketGroup } from './pod-container.ts';
import { needsQueue, podPacketRules } from './pod-packet-rules.ts';
import type { HelperNetworkFault } from './protocol.ts';

const WITHIN_MS = 15_000;
const FAMILIES = ['inet', 'ip', 'netdev'];

export interface PodPackets {
  /** Letters and digits that name the tables and the process of swarm-impair. */
  name: string;
  group: SocketGroup;
  fault: HelperNetworkFault;
}

/** @throws SwarmError `fault_unavailable` with the message of nft or swarm-impair */
export const impairPackets = async (packets: PodPackets, seconds: number): Promise<void> => {
  await nft(rulesOf(packets));
  if (needsQueue(packets.fault)) await startImpairment(packets, seconds);
};

/**
 * Checks that the kernel accepts the rules, and hands packets to a program; no packet is affected.
 * @throws SwarmError `fault_unavailable`
 */
export const tryPackets = async (packets: PodPackets): Promise<void> => {
  await nft(rulesOf(packets), ['--check']);
  if (!needsQueue(packets.fault)) return;
  try {
    // No chain with a hook jumps there, so that it gets no packets.
    await nft(`table ip ${tableName(packets.name)} {\n  chain queued {\n  }\n}\n`);
    await startImpairment(packets, 10);
  } finally {
    await restorePackets(packets.name);
  }
};

/** Removes the tables and ends swarm-impair; no effect without them. @throws SwarmError `rollback_failed` */
export const restorePackets = async (name: string): Promise<void> => {
  for (const family of await familiesOf(name)) {
    const { failed, stderr } = await run('nft', ['delete', 'table', family, tableName(name)]);
    if (failed && (await familiesOf(name)).includes(family))
      throw new SwarmError(
        'rollback_failed',
        `the table ${family} ${tableName(name)} cannot be deleted: ${stderr}`,
      );
  }
  if (!existsSync(impairProgram())) return;
  const { failed, stderr } = await run(impairProgram(), ['stop', '--id', name]);
  if (failed)
    throw new SwarmError('rollback_failed', `swarm-impair ${name} does not end: ${stderr}`);
};

/** Finding on the tables and the program; null: they are present. */
export const findPackets = async ({
  name,
  fault,
}: Pick<PodPackets, 'name' | 'fault'>): Promise<EffectFinding | null> => {
  const families = await familiesOf(name);
  const expected = needsQueue(fault) ? 'ip' : 'inet';
  if (!families.includes(expected)) return 'table_missing';
  const { stdout } = await run('nft', ['list', 'table', expected, tableName(name)]);
  if (!stdout.includes('counter packets')) return 'rules_missing';
  if (!needsQueue(fault)) return null;
  const status = await run(impairProgram(), ['status', '--id', name]);
  return status.stdout.includes('"running":true') ? null : 'impairment_ended';
};

const rulesOf = ({ name, group, fault }: PodPackets): string =>
  podPacketRules({ table: tableName(name), group, fault, devices: devices(), mark: markOf(name) });

/** Devices of the host, except for loopback: packets on it are dropped on arrival. */
const devices = (): string[] =>
  [...readFileSync('/proc/net/dev', 'utf8').matchAll(/^\s*([^\s:]+):\s/gm)].flatMap(
    ([, device = '']) => (device === 'lo' ? [] : [device]),
  );

/** Mark of 32 bits, different for each name (FNV-1a). */
const markOf = (name: string): number => {
  let hash = 0x811c_9dc5;
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x0100_0193) >>> 0;
  return hash === 0 ? 1 : hash;
};

const startImpairment = async ({ name, fault }: PodPackets, seconds: number): Promise<void> => {
  const owner = identifyProcess(process.pid);
  const { failed, stderr } = await run(impairProgram(), [
    ...['start', '--id', name, '--table', tableName(name), '--chain', 'queued'],
    // It ends with the helper, however that ends.
    ...(owner === null ? [] : ['--owner', `${owner.pid}:${owner.startedAt}`]),
    ...['--lifetime', String(seconds)],
    ...linkArguments(fault),
  ]);
  if (failed)
    throw new SwarmError('fault_unavailable', `packets cannot be queued on this node: ${stderr}`);
};

const nft = async (rules: string, flags: readonly string[] = []): Promise<void> => {
  const { failed, stderr } = await run('nft', [...flags, '--file', '-'], rules);
  if (failed)
    throw new SwarmError(
      'fault_unavailable',
      `nftables rejected the rules: ${stderr}`,
      'the kernel of the node needs nft_socket, and Linux 5.16 for packets that leave it',
    );
};

const familiesOf = async (name: string): Promise<string[]> => {
  const { stdout, failed, stderr } = await run('nft', ['list', 'tables']);
  if (failed) throw new SwarmError('unreachable', `nft cannot list its tables: ${stderr}`);
  const found = stdout.split('\n').map((line) => line.trim().split(' '));
  return FAMILIES.filter((family) =>
    found.some(([, ofFamily, table]) => ofFamily === family && table === tableName(name)),
  );
};

/** Runs a program without a shell, which the image may lack. */
const run = async (
  program: string,
  args: readonly string[],
  input = '',
): Promise<{ stdout: string; stderr: string; failed: boolean }> => {
  const result = await execa(program, args, {
    input,
    reject: false,
    timeout: WITHIN_MS,
    env: { PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, LC_ALL: 'C' },
  });
  if (result.code === 'ENOENT')
    throw new SwarmError(
      'fault_unavailable',
      `the image of the helper has no ${program}`,
      'use the image of packaging/image/helper.Dockerfile (--helper-image)',
    );
  const message = result.stderr.trim().split('\n')[0] || (result.message ?? '');
  return { stdout: result.stdout, stderr: message, failed: result.failed };
};
