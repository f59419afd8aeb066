import { identifyProcess } from '@livekit-swarm/host';
import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
import { impairProgram } from '@livekit-swarm/webrtc';
import type { Component, ComponentPorts, LinkFault, Platform } from '../../targets/target.ts';
import type { FaultContext } from '../fault.ts';
import { addRules, firstLine, removeTables, tableName } from './nft-table.ts';
import { missingTrafficSupport, type Traffic, trafficMatches } from './packet-rules.ts';
import { forAll } from './process-control.ts';

/** What is done to packets that pass. */
export interface Impairment extends LinkFault {
  /** One link each way for all conversations, instead of one for each. */
  shared?: boolean;
}

/** Without an owner to go with, it goes by itself after that. */
const LONGEST_SECONDS = 3_600;
/** Healing is what ends it; this is for when nobody heals. */
const SPARE_SECONDS = 60;

/**
 * Has the kernel hand the members' packets to swarm-impair, which lets them go as a bad network would. Addresses stay what they are, so nobody notices by
 * anything but the packets; and when the program dies, packets pass.
 * @throws SwarmError `fault_unavailable`
 */
export const impair = (
  context: FaultContext<unknown>,
  traffic: Traffic,
  impairment: Impairment,
): Promise<void> =>
  forAll(context.components, async (member) => {
    const { platform, id } = context;
    if (member.ports === null) return;
    const number = context.components.indexOf(member);
    await addRules(platform, member, queueRules(id, number, member.ports, traffic));
    const argv = [impairProgram(), 'start', ...whose(context, number), ...linkOf(impairment)];
    const result = await platform.run(member, argv);
    if (result.code === 0) return;
    throw new SwarmError(
      'fault_unavailable',
      `${member.name}: ${firstLine(result)}`,
      'see "swarm chaos doctor"',
    );
  });

/** First the rules, then the program: what is still under way arrives. */
export const rollbackImpairment = ({
  platform,
  components,
  id,
}: FaultContext<unknown>): Promise<void> =>
  forAll(components, async (member) => {
    await removeTables(platform, member, id);
    await stopImpairment(platform, member, `${id}${components.indexOf(member)}`);
  });

const stopImpairment = async (target: Platform, member: Component, name: string): Promise<void> => {
  try {
    const result = await target.run(member, [impairProgram(), 'stop', '--id', name]);
    // Where there is no such program, none runs.
    if (result.code === 0 || result.code === NOT_FOUND) return;
    throw new SwarmError(
      'rollback_failed',
      `swarm-impair ${name} does not end: ${firstLine(result)}`,
      'end that process',
    );
  } catch (error) {
    if (hasErrorCode(error, 'component_not_found')) return;
    throw error;
  }
};

const NOT_FOUND = 127;

/** Several members may have their packets in the same place: each has chains of its own. */
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

const whose = ({ platform, id, durationMs }: FaultContext<unknown>, number: number): string[] => {
  const place = ['--id', `${id}${number}`, '--table', tableName(id), '--chain', `queued${number}`];
  // Process ids mean something on this machine alone.
  const owner = platform.kind === 'process' ? identifyProcess(process.pid) : null;
  const seconds = durationMs === null ? null : Math.ceil(durationMs / 1_000) + SPARE_SECONDS;
  const lifetime = seconds ?? (owner === null ? LONGEST_SECONDS : null);
  return [
    ...place,
    ...(owner === null || owner.startedAt === null
      ? []
      : ['--owner', `${owner.pid}:${owner.startedAt}`]),
    ...(lifetime === null ? [] : ['--lifetime', String(lifetime)]),
  ];
};

const linkOf = (impairment: Impairment): string[] => {
  const { loss, burst, delayMs, jitterMs, reorder, rateBps, queueMs, shared = false } = impairment;
  const options: [string, number | undefined][] = [
    ['--loss', loss],
    ['--burst', burst],
    ['--delay-us', micros(delayMs)],
    ['--jitter-us', micros(jitterMs)],
    ['--reorder', reorder],
    ['--rate-bps', rateBps],
    ['--queue-us', micros(queueMs)],
  ];
  return [
    ...options.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...(shared ? ['--shared'] : []),
  ];
};

const micros = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : Math.round(ms * 1_000);

/** Null when packets of this member can be handed over; else why not. */
export const missingImpairmentSupport = async (
  target: Platform,
  member: Component,
  traffic: Traffic,
): Promise<string | null> =>
  // Whichever way they go, they are held before they leave: nothing is dropped behind the routing.
  (await missingTrafficSupport(target, member, { ...traffic, direction: 'in' })) ??
  (await tryOut(target, member));

const tried = new WeakMap<Platform, Promise<string | null>>();

const tryOut = (target: Platform, member: Component): Promise<string | null> => {
  // The parts of other targets may live on machines of different kinds.
  if (target.kind !== 'process') return tryOutFor(target, member);
  const known = tried.get(target) ?? tryOutFor(target, member);
  tried.set(target, known);
  return known;
};

const tryOutFor = async (target: Platform, member: Component): Promise<string | null> => {
  const result = await target.run(member, ['unshare', '--net', 'sh', '-c', TRY, impairProgram()]);
  if (result.code === 0) return null;
  if (result.code === NOT_BUILT) {
    return target.kind === 'ssh'
      ? `swarm-impair, which holds packets up, is not on the machine of ${member.name}: run swarm there`
      : 'swarm-impair is not there: "npm start" builds it once';
  }
  return `packets cannot be held here (that takes CONFIG_NETFILTER_NETLINK_QUEUE and nft's queue or xt_NFQUEUE): ${firstLine(result)}`;
};

const NOT_BUILT = 3;

/** In a network namespace that is gone when the try is over. */
const TRY = `
[ -x "$0" ] || exit ${NOT_BUILT}
nft 'add table ip swarm_try; add chain ip swarm_try queued' || exit 1
"$0" start --id try --table swarm_try --chain queued --lifetime 5 || exit 1
"$0" stop --id try
`;
