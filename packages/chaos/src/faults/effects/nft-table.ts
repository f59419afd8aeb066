import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
/** nftables tables of an injection, which contain all its rules. */
import type { CommandResult, Component, Platform, RollbackStep } from '../../targets/platform.ts';
import type { EffectCheck } from './effect-check.ts';

/** Families of its tables: inet drops packets, ip queues them, netdev drops them on egress. */
export const tableName = (id: string): string => `swarm_chaos_${id}`;

const FAMILIES = ['inet', 'ip', 'netdev'];

/** @throws SwarmError `fault_unavailable` with the message of nft */
export const addRules = async (
  platform: Platform,
  component: Component,
  rules: string,
): Promise<void> => {
  const result = await platform.run(component, ['nft', '--file', '-'], rules);
  if (result.code === 0) return;
  throw new SwarmError(
    'fault_unavailable',
    `nftables rejected the rules for ${component.name}: ${firstLine(result)}`,
    'see "swarm chaos doctor"',
  );
};

/**
 * Looks for the tables of an injection, their rules and the counters of the rules.
 * @param families families of the tables that were made
 * @param expectPackets true when at least one packet must have matched
 * @throws SwarmError when nft does not answer
 */
export const findRules = async (
  platform: Platform,
  component: Component,
  id: string,
  families: readonly string[],
  expectPackets: boolean,
): EffectCheck => {
  let packets = 0;
  try {
    const there = await familiesWith(platform, component, id);
    for (const family of families) {
      if (!there.includes(family)) return 'table_missing';
      const listed = await platform.run(component, ['nft', 'list', 'table', family, tableName(id)]);
      if (listed.code !== 0) return 'table_missing';
      const counters = [...listed.stdout.matchAll(/counter packets (\d+)/g)];
      if (counters.length === 0) return 'rules_missing';
      packets += counters.reduce((sum, [, count]) => sum + Number(count), 0);
    }
  } catch (error) {
    // The rules are gone with their network namespace.
    if (hasErrorCode(error, 'component_not_found')) return 'does_not_run';
    throw error;
  }
  return expectPackets && packets === 0 ? 'no_packet_matched' : null;
};

/** Step of `removeTables`, for the target itself. */
export const removeTablesStep = (id: string): RollbackStep => ({
  step: 'run',
  argv: ['sh', '-c', REMOVE_TABLES, tableName(id), ...FAMILIES],
});

const REMOVE_TABLES = `
command -v nft >/dev/null 2>&1 || exit 0
for family; do nft delete table "$family" "$0" 2>/dev/null; done
case $(nft list tables) in *" $0"*) exit 1 ;; esac
exit 0
`;

/**
 * Removes the tables of an injection, or throws. Without tables, or without the component, it has
 * no effect.
 */
export const removeTables = async (
  platform: Platform,
  component: Component,
  id: string,
): Promise<void> => {
  try {
    // In one transaction, for speed. A table must exist to be deleted, so each is added first.
    const swept = FAMILIES.map(
      (family) => `add table ${family} ${tableName(id)}\ndelete table ${family} ${tableName(id)}\n`,
    );
    await platform.run(component, ['nft', '--file', '-'], swept.join(''));
    for (const family of await familiesWith(platform, component, id)) {
      await platform.run(component, ['nft', 'delete', 'table', family, tableName(id)]);
    }
    const left = await familiesWith(platform, component, id);
    if (left.length === 0) return;
    throw new SwarmError(
      'rollback_failed',
      `the table ${left[0]} ${tableName(id)} still exists`,
      `remove it: nft delete table ${left[0]} ${tableName(id)}`,
    );
  } catch (error) {
    // The rules are gone with their network namespace.
    if (hasErrorCode(error, 'component_not_found')) return;
    throw error;
  }
};

const familiesWith = async (
  platform: Platform,
  component: Component,
  id: string,
): Promise<string[]> => {
  const result = await platform.run(component, ['nft', 'list', 'tables']);
  // Without nft, no table was created.
  if (result.code === 127) return [];
  if (result.code !== 0)
    throw new SwarmError(
      'rollback_failed',
      `nft cannot list its tables: ${firstLine(result)}`,
      'run this as root',
    );
  return result.stdout.split('\n').flatMap((line) => {
    const [, family, name] = line.trim().split(' ');
    return family !== undefined && name === tableName(id) ? [family] : [];
  });
};

export const firstLine = ({ stderr, stdout, code }: CommandResult): string =>
  (stderr.trim() || stdout.trim()).split('\n')[0] || `exit code ${code}`;
