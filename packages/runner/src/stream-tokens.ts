import type { ParticipantPlan, Plan, Stream } from '@livekit-swarm/scenario';
import { readScenarioSecret, type ScenarioReader } from './scenario-reader.ts';

/** Bearer token of a participant with a stream; '': its requests have none. */
export type StreamTokens = (stream: Stream) => string;

/**
 * Reads the tokens that the streams of a plan name. Workers receive them in admissions; the record
 * contains only their places.
 * @throws SwarmError `usage` if a token is missing; its message never contains the token
 */
export const readStreamTokens = async (
  { participants }: Pick<Plan, 'participants'>,
  reader: ScenarioReader,
): Promise<StreamTokens> => {
  const tokens = new Map<string, string>();
  for (const { stream, group, role } of participants) {
    if (stream?.token === undefined || tokens.has(idOf(stream.token))) continue;
    const where = `token of role ${role} of group ${group}`;
    tokens.set(idOf(stream.token), await readScenarioSecret(stream.token, where, reader));
  }
  return ({ token }) => (token === undefined ? '' : (tokens.get(idOf(token)) ?? ''));
};

const idOf = (token: NonNullable<Stream['token']>): string => JSON.stringify(token);

/** True for a participant that joins LiveKit, and is not a stream at another server. */
export const joinsLiveKit = ({ stream }: Pick<ParticipantPlan, 'stream'>): boolean =>
  stream === undefined;
