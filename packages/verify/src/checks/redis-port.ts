import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import type { OpenService } from '../facts/open-services.ts';

/**
 * Result of the check. A Redis with a password is reported as well: its password is then the only
 * protection.
 */
export const redisPortRule = (services: readonly OpenService[]): CheckResult => {
  const open = services.filter(({ kind }) => kind === 'redis' || kind === 'redis_with_password');
  if (open.length === 0) return passed('no Redis answers');
  const isOpen = open.some(({ kind }) => kind === 'redis');
  return found(
    isOpen ? 'error' : 'warning',
    open.map(
      ({ address, port, kind }) =>
        `${address}:${port}: Redis answers${kind === 'redis' ? ' without a password' : ', and asks for a password'}`,
    ),
  );
};

export const redisPort: Check = {
  id: 'redis-port',
  title: 'Redis does not answer users',
  severities: ['error', 'warning'],
  cause:
    'The port of Redis is published to the internet: who reaches it can move rooms and end them, and often take over its host',
  fix: 'bind Redis to a private address, require a password, and close its port in the firewall',
  needs: ['dns'],
  run: async ({ openServices }) => {
    const services = await openServices();
    return services === null
      ? skipped('no address is public: name ports that must be closed with --closed-port')
      : redisPortRule(services);
  },
};
