import type { Component, Platform } from './platform.ts';
import { accessRedis } from './redis-access.ts';

/**
 * Adds the roles of several servers of Redis, which change with each failover. A server that does
 * not answer has none.
 */
export const withRedisRoles = async (
  platform: Platform,
  components: readonly Component[],
): Promise<Component[]> => {
  const several = components.filter(({ kind }) => kind === 'redis').length > 1;
  return Promise.all(
    components.map(async (component) => {
      if (!several || component.kind !== 'redis') return component;
      const redisRole = await roleOf(platform, component);
      return redisRole === null ? component : { ...component, redisRole };
    }),
  );
};

/** Role of a server of Redis; null: it does not answer. */
export const roleOf = async (
  platform: Platform,
  component: Component,
): Promise<NonNullable<Component['redisRole']> | null> => {
  try {
    await using redis = accessRedis(platform, component);
    const [role] = await redis.command('ROLE');
    return role === 'master' ? 'primary' : role === 'slave' ? 'replica' : null;
  } catch {
    return null;
  }
};
