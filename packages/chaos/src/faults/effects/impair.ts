import { identifyProcess } from '@livekit-swarm/host';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { impairProgram } from '@livekit-swarm/webrtc';
import type { Component, ComponentPorts, Platform, RollbackStep } from '../../targets/platform.ts';
import type { FaultContext } from '../fault.ts';
import type { EffectCheck } from './effect-check.ts';
import { type Impairment, linkArguments } from './link-arguments.ts';
import {
  addRules,
  findRules,
  firstLine,
  removeTables,
  removeTablesStep,
  tableName,
} from './nft-table.ts';
import { missingTrafficSupport, type Traffic, trafficMatches } from './packet-rules.ts';
import { forAll } from './process-control.ts';

/** Longest time for which swarm-impair runs without an owner process, s. */
const MAX_LIFETIME_SECONDS = 3_600;

/**
 * Lets the kernel hand the components' packets to swarm-impair, which forwards them like an
 * impaired link. Addresses do not change; when the program dies, packets pass.
 * @throws SwarmError `fault_unavailable`
 */
export const impair = (
  context: FaultContext<unknown>,
  traffic: Traffic,
  impairment: Impairment,
): Promise<void> =>
  forAll(context.components, async (component) => {
    const { platform, id } = context;
    if (component.ports === null) return;
    const number = context.components.indexOf(component);
    await addRules(platform, component, queueRules(id, number, component.ports, traffic));
    const argv = [
      impairProgram(),
      'start',
      ...whose(context, number),
      ...linkArguments(impairment),
    ];
    const result = await platform.run(component, argv);
    if (result.code === 0) return;
    throw new SwarmError(
      'fault_unavailable',
      `${component.name}: ${firstLine(result)}`,
      'see "swarm chaos doctor"',
    );
  });

/** Removes the rules first, then the program, which still delivers queued packets. */
export const rollbackImpairment = ({
  platform,
  components,
  id,
}: FaultContext<unknown>): Promise<void> =>
  forAll(components, async (component) => {
    await removeTables(platform, component, id);
    await stopImpairment(platform, component, `${id}${components.indexOf(component)}`);
  });

/** Checks the rules of `impair`, and the program that receives the packets of these rules. */
export const findImpairment = async (
  { platform, components, id }: FaultContext<unknown>,
  component: Component,
  atEnd: boolean,
): EffectCheck => {
  if (component.ports === null) return null;
  const rules = await findRules(platform, component, id, ['ip'], atEnd);
  if (rules !== null) return rules;
  const name = `${id}${components.indexOf(component)}`;
  const result = await platform.run(component, ['sh', '-c', FIND, name]);
  if (result.code === 0) return result.stdout.trim() === 'runs' ? null : 'impairment_ended';
  throw new SwarmError('unreachable', `processes cannot be listed: ${firstLine(result)}`);
};

/**
 * Script that looks for swarm-impair with this ID. The pattern is in two parts, so that it does not
 * match its own command line.
 */
const FIND = `
for file in /proc/[0-9]*/cmdline; do
  line=$(tr '\\0' ' ' < "$file" 2> /dev/null)
  case "$line" in *swarm-impair*" run "*"--id $0 "*) echo runs; exit 0 ;; esac
done
echo ended
`;

/** Steps of `rollbackImpairment`, for the target itself. */
export const impairmentSteps = (
  { components, id }: FaultContext<unknown>,
  component: Component,
): readonly RollbackStep[] => [
  removeTablesStep(id),
  {
    step: 'run',
    argv: ['sh', '-c', STOP, impairProgram(), `${id}${components.indexOf(component)}`],
  },
];

/** Script that stops the program. If it does not exist, none runs. */
const STOP = '"$0" stop --id "$1"; code=$?; [ $code = 127 ] || exit $code';

const stopImpairment = async (
  platform: Platform,
  component: Component,
  name: string,
): Promise<void> => {
  try {
    const result = await platform.run(component, [impairProgram(), 'stop', '--id', name]);
    // If the program does not exist, none runs.
    if (result.code === 0 || result.code === NOT_FOUND) return;
    throw new SwarmError(
      'rollback_failed',
      `swarm-impair ${name} cannot be stopped: ${firstLine(result)}`,
      'terminate that process',
    );
  } catch (error) {
    if (hasErrorCode(error, 'component_not_found')) return;
    throw error;
  }
};

const NOT_FOUND = 127;

/**
 * Rules that queue packets for swarm-impair. Components may share a host, so each has its own
 * chains.
 */
export const queueRules = (
  id: string,
  number: number,
  ports: ComponentPorts,
  traffic: Traffic,
): string => {
  const chain = (name: string, hook: string, matches: readonly string[]): string =>
    matches.length === 0
      ? ''
      : `  chain ${name}${number} {
    type filter hook ${hook} priority -10; policy accept;
${matches.map((match) => `    ${match} counter jump queued${number}`).join('\n')}
  }
`;
  const { direction } = traffic;
  return `table ip ${tableName(id)} {
  chain queued${number} {
  }
${direction === 'out' ? '' : chain('arriving', 'input', trafficMatches(ports, { ...traffic, direction: 'in' }))}${
  direction === 'in'
    ? ''
    : chain('leaving', 'output', trafficMatches(ports, { ...traffic, direction: 'out' }))
}}
`;
};

const whose = (
  { platform, id, expiresAfterMs }: FaultContext<unknown>,
  number: number,
): string[] => {
  const place = ['--id', `${id}${number}`, '--table', tableName(id), '--chain', `queued${number}`];
  // Process ids are valid on this host only.
  const owner = platform.kind === 'process' ? identifyProcess(process.pid) : null;
  const seconds = expiresAfterMs === null ? null : Math.ceil(expiresAfterMs / 1_000);
  const lifetime = seconds ?? (owner === null ? MAX_LIFETIME_SECONDS : null);
  return [
    ...place,
    ...(owner === null || owner.startedAt === null
      ? []
      : ['--owner', `${owner.pid}:${owner.startedAt}`]),
    ...(lifetime === null ? [] : ['--lifetime', String(lifetime)]),
  ];
};

/** Reason for which packets of this component cannot be queued; null: they can. */
export const missingImpairmentSupport = async (
  platform: Platform,
  component: Component,
  traffic: Traffic,
): Promise<string | null> =>
  // Packets are queued on arrival in both directions: none is dropped on egress.
  (await missingTrafficSupport(platform, component, { ...traffic, direction: 'in' })) ??
  (await tryOut(platform, component));

const tried = new WeakMap<Platform, Promise<string | null>>();

const tryOut = (platform: Platform, component: Component): Promise<string | null> => {
  // Components of other platforms may run on different hosts.
  if (platform.kind !== 'process') return tryOutFor(platform, component);
  const known = tried.get(platform) ?? tryOutFor(platform, component);
  tried.set(platform, known);
  return known;
};

const tryOutFor = async (platform: Platform, component: Component): Promise<string | null> => {
  const result = await platform.run(component, [
    'unshare',
    '--net',
    'sh',
    '-c',
    TRY,
    impairProgram(),
  ]);
  if (result.code === 0) return null;
  if (result.code === NOT_BUILT) {
    return platform.kind === 'ssh'
      ? `swarm-impair not found on the host of ${component.name}: run swarm there`
      : 'swarm-impair not found: in a checkout "npm start" builds it, else install livekit-swarm again with optional dependencies';
  }
  return `packets cannot be queued here (needs CONFIG_NETFILTER_NETLINK_QUEUE and nft's queue or xt_NFQUEUE): ${firstLine(result)}`;
};

const NOT_BUILT = 3;

/** Script that tries the program in a temporary network namespace. */
const TRY = `
[ -x "$0" ] || exit ${NOT_BUILT}
nft 'add table ip swarm_try; add chain ip swarm_try queued' || exit 1
"$0" start --id try --table swarm_try --chain queued --lifetime 5 || exit 1
"$0" stop --id try
`;
