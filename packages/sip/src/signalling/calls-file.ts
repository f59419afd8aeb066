import { usageError } from '@livekit-swarm/settings';

/** A call before it is made. */
export interface PlannedCall {
  /** Number that is called. */
  to: string;
  /** Number of the caller. */
  from: string;
  /** Port of its media. */
  port: number;
}

export interface Credentials {
  username: string;
  password: string;
}

/** Fields of a line, in the order in which scenarios refer to them: `[field0]`. */
export const FIELDS = { to: 0, from: 1, port: 2, credentials: 3, kind: 4 } as const;

/** Kind of a line after the last call: it sends nothing. */
export const IDLE = 'idle';

/**
 * The file from which SIPp takes what differs between calls, one line each, and the password: no
 * command line and no scenario holds it.
 * @param idle lines that follow the calls
 * @throws SwarmError `usage` for a user name or a password that SIPp cannot read
 */
export const callsFile = (
  calls: readonly PlannedCall[],
  credentials: Credentials | null,
  idle: number,
): string => {
  const digest = credentials === null ? '' : digestField(credentials);
  const lines = calls.map(({ to, from, port }) => `${to};${from};${port};${digest};call\n`);
  return `SEQUENTIAL\n${lines.join('')}${`;;;;${IDLE}\n`.repeat(idle)}`;
};

const digestField = ({ username, password }: Credentials): string => {
  for (const [name, value] of Object.entries({ username, password }))
    if (!/^[^\s;[\]"\\=]+$/.test(value))
      throw usageError(
        `the ${name} for digest authentication has a space, ; = [ ] " or \\, which SIPp cannot read`,
        'use another one for this trunk',
      );
  return `[authentication username=${username} password=${password}]`;
};
