import type { AnnouncedPaths } from '@livekit-swarm/livekit';
import type { CheckedPath } from './checked-path.ts';

/** Addresses and URLs that a server announces for a path; empty if it does not offer the path. */
export const announcedFor = (
  path: CheckedPath,
  { candidates, turnUrls }: Pick<AnnouncedPaths, 'candidates' | 'turnUrls'>,
): string[] => {
  switch (path) {
    case 'direct':
    case 'ice-tcp': {
      const wanted = path === 'direct' ? 'udp' : 'tcp';
      return candidates
        .filter(({ protocol }) => protocol === wanted)
        .map(({ address, port }) => `${address.includes(':') ? `[${address}]` : address}:${port}`);
    }
    case 'turn-udp':
    case 'turn-tcp':
    case 'turn-tls':
      return turnUrls.filter((url) => pathOf(url) === path);
  }
};

/**
 * Path of a TURN URL. Its default transport is UDP for `turn:` and TLS over TCP for `turns:` (RFC
 * 7065 §3.1).
 */
const pathOf = (url: string): CheckedPath => {
  if (url.startsWith('turns:')) return 'turn-tls';
  return /[?&]transport=tcp\b/.test(url) ? 'turn-tcp' : 'turn-udp';
};
