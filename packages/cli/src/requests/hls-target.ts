import type { MayLoad } from '@livekit-swarm/hls';
import {
  assertHostAllowed,
  type HostRules,
  hostOf,
  isHostAllowed,
  readHostRules,
} from '@livekit-swarm/livekit';
import { usageError } from '@livekit-swarm/settings';
import type { HostFlags } from '../flags/host-rules.ts';

export type HlsTargetFlags = Pick<HostFlags, 'allowHost' | 'denyHost' | 'folderSettings'>;

/** Stream of an audience, and the hosts that it may load. */
export interface HlsTarget {
  url: URL;
  mayLoad: MayLoad;
}

/**
 * Reads the address of a stream. Its own host may be loaded unless a rule denies it; another one,
 * to which a redirect or a playlist leads, only if a rule names it.
 * @throws SwarmError `usage`
 */
export const readHlsTarget = (
  address: string,
  flags: HlsTargetFlags,
  env: NodeJS.ProcessEnv,
): HlsTarget => {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw usageError(
      `${address}: not an http or https address`,
      'write https://cdn.example.com/radio/main.m3u8',
    );
  if (url.username !== '' || url.password !== '')
    throw usageError(`${url.host}: credentials in an address are not sent`, 'leave them out');
  const rules = readHostRules(flags, env);
  assertHostAllowed(url.href, rules);
  const own = hostOf(url.href);
  return {
    url,
    mayLoad: (other) =>
      hostOf(other.href) === own || (namesHosts(rules) && isHostAllowed(other.href, rules)),
  };
};

/** Without a list of allowed hosts, every host is allowed: none of them is named. */
const namesHosts = ({ allow }: HostRules): boolean => allow.some((list) => list.length > 0);
