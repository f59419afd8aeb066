import { hasErrorCode, SwarmError } from '@livekit-swarm/settings';
/** Tables of nftables that belong to one injection, and are all that it leaves. */
import type { CommandResult, Component, Platform } from '../../targets/target.ts';

/** Of family inet; ip where packets are handed over; netdev where they are dropped on their way out. */
export const tableName = (id: string): string => `swarm_chaos_${id}`;

const FAMILIES = ['inet', 'ip', 'netdev'];

/** @throws SwarmError `fault_unavailable` with what nft says */
export const addRules = async (
  target: Platform,
  member: Component,
  rules: string,
): Promise<void> => {
  const result = await target.run(member, ['nft', '--file', '-'], rules);
  if (result.code === 0) return;
  throw new SwarmError(
    'fault_unavailable',
    `nftables took no rules for ${member.name}: ${firstLine(result)}`,
    'see "swarm chaos doctor"',
  );
};

/** Nothing is left of the injection's tables, or it throws. May be called when there are none, and where there is nothing to look at any more. */
export const removeTables = async (
  target: Platform,
  member: Component,
  id: string,
): Promise<void> => {
  try {
    // All at once, so that packets pass as soon as may be; one that is not there is made first, and so no error.
    const swept = FAMILIES.map(
      (family) => `add table ${family} ${tableName(id)}\ndelete table ${family} ${tableName(id)}\n`,
    );
    await target.run(member, ['nft', '--file', '-'], swept.join(''));
    for (const family of await familiesWith(target, member, id)) {
      await target.run(member, ['nft', 'delete', 'table', family, tableName(id)]);
    }
    const left = await familiesWith(target, member, id);
    if (left.length === 0) return;
    throw new SwarmError(
      'rollback_failed',
      `the table ${left[0]} ${tableName(id)} is still there`,
      `remove it: nft delete table ${left[0]} ${tableName(id)}`,
    );
  } catch (error) {
    // Rules go with the place that they were in.
    if (hasErrorCode(error, 'component_not_found')) return;
    throw error;
  }
};

const familiesWith = async (target: Platform, member: Component, id: string): Promise<string[]> => {
  const result = await target.run(member, ['nft', 'list', 'tables']);
  // Where there is no nft, nobody has made a table with it.
  if (result.code === 127) return [];
  if (result.code !== 0)
    throw new SwarmError(
      'rollback_failed',
      `nft does not list its tables: ${firstLine(result)}`,
      'run this as root',
    );
  return result.stdout.split('\n').flatMap((line) => {
    const [, family, name] = line.trim().split(' ');
    return family !== undefined && name === tableName(id) ? [family] : [];
  });
};

export const firstLine = ({ stderr, stdout, code }: CommandResult): string =>
  (stderr.trim() || stdout.trim()).split('\n')[0] || `exit code ${code}`;
