import { hinted, reading, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';

const HINT = 'write ws://10.0.*.*:7880 or wss://*.livekit.internal';
const PATTERN = /^(wss?|https?):\/\/([a-z0-9*.-]+|\[[0-9a-f:]+\])(?::(\d{1,5}))?\/?$/i;
const DEFAULT_PORTS: Record<string, string> = { ws: '80', http: '80', wss: '443', https: '443' };
/**
 * Check whether a scheme is encrypted. `http` and `ws` are equal in patterns, and so are `https`
 * and `wss`.
 */
const isSecure = (scheme: string): boolean => /^(wss|https)$/i.test(scheme);

/**
 * Schema of a URL pattern such as `ws://10.0.*.*:7880`, which becomes a function that matches URLs.
 * An asterisk is one part between full stops; encryption, port and an empty path must be equal.
 */
export const urlPattern = () =>
  z
    .string({ error: hinted('must be a URL', HINT) })
    .transform(reading(readPattern))
    .meta({ samples: ['ws://10.0.*.*:7880', 'wss://*.livekit.internal'] });

/**
 * Read a URL pattern.
 * @returns a function that returns true for a URL of the pattern
 * @throws SwarmError `usage`
 */
export const readPattern = (pattern: string): ((url: string) => boolean) => {
  const [, scheme = '', host = '', port] = PATTERN.exec(pattern) ?? [];
  if (scheme === '')
    throw usageError(`"${pattern.slice(0, 100)}" is neither a URL nor a URL pattern`, HINT);
  const labels = host.toLowerCase().split('.');
  if (labels.some((label) => label.includes('*') && label !== '*')) {
    throw usageError('an asterisk stands for a whole part of a name or address', HINT);
  }
  if (labels.every((label) => label === '*'))
    throw usageError('the pattern matches every server', HINT);
  return (url) => {
    const parsed = PATTERN.test(url) && !url.includes('*') ? URL.parse(url) : null;
    if (parsed === null) return false;
    const given = parsed.hostname.toLowerCase().split('.');
    const givenScheme = parsed.protocol.slice(0, -1);
    return (
      isSecure(givenScheme) === isSecure(scheme) &&
      (parsed.port || DEFAULT_PORTS[givenScheme]) ===
        (port ?? DEFAULT_PORTS[scheme.toLowerCase()]) &&
      given.length === labels.length &&
      labels.every((label, index) => label === '*' || label === given[index])
    );
  };
};
