import type { ReadPermission } from '@livekit-swarm/scenario';
import type { ReadFlags } from '../flags/guard.ts';

/** Flags that name what a scenario may read. */
export interface Permissions extends ReadFlags {
  /** Source of the secret, `env:NAME` or `file:PATH`; sources on the command line need no further permission. */
  e2ee?: string | undefined;
  tokenHeader?: string[];
}

/** Permission of scenario files to read variables and files of this host, from flags. */
export const readPermission = ({
  allowEnv = [],
  allowFile = [],
  e2ee,
  tokenHeader = [],
}: Permissions): ReadPermission => {
  const places = [...(e2ee === undefined ? [] : [e2ee]), ...tokenHeader.map(placeIn)];
  const named = (kind: 'env' | 'file'): string[] =>
    places
      .filter((place) => place.startsWith(`${kind}:`))
      .map((place) => place.slice(kind.length + 1).trim());
  return { env: [...allowEnv, ...named('env')], files: [...allowFile, ...named('file')] };
};

const placeIn = (header: string): string => header.slice(header.indexOf('=') + 1).trim();
