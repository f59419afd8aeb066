import { randomBytes } from 'node:crypto';
import type { E2eeSecret } from '@livekit-swarm/livekit';
import type { E2ee, ParticipantPlan, Plan } from '@livekit-swarm/scenario';
import { usageError } from '@livekit-swarm/settings';
import { readScenarioSecret, type ScenarioReader } from './scenario-reader.ts';

/** Secret of a participant with end-to-end encryption; undefined for others. */
export type E2eeSecrets = (plan: Pick<ParticipantPlan, 'e2ee'>) => E2eeSecret | undefined;

type Secret = { passphrase: string } | { key: string };

const LEAST_KEY_BYTES = 16;
const GENERATED_BYTES = 24;

/**
 * Reads the secrets that the roles of a plan name, and generates those for one run. Workers receive
 * the secrets with the tokens; the record contains only their sources.
 * @throws SwarmError `usage` if a secret is missing or cannot be used; its message never contains
 * the secret
 */
export const readE2eeSecrets = async (
  { scenario, participants }: Pick<Plan, 'scenario' | 'participants'>,
  reader: ScenarioReader,
): Promise<E2eeSecrets> => {
  refuseRealClients(participants);
  const secrets = new Map<string, Secret>();
  for (const { name: group, roles } of scenario.groups)
    for (const { name, e2ee } of roles) {
      if (e2ee === null || secrets.has(idOf(e2ee))) continue;
      const where = `e2ee of role ${name} of group ${group}`;
      secrets.set(idOf(e2ee), await secretOf(e2ee, where, reader));
    }
  return ({ e2ee }) => {
    const secret = e2ee === null ? undefined : secrets.get(idOf(e2ee));
    if (e2ee === null || secret === undefined) return undefined;
    return { ...secret, keyIndex: e2ee.keyIndex, ratchet: e2ee.ratchet };
  };
};

/**
 * Rejects real clients without a key in encrypted rooms: they would report noise as a defect of the
 * server.
 */
const refuseRealClients = (participants: Plan['participants']): void => {
  const encrypted = new Set(
    participants.flatMap(({ e2ee, room }) => (e2ee === null ? [] : [room])),
  );
  const client = participants.find(
    ({ engine, room, e2ee }) => engine !== undefined && e2ee === null && encrypted.has(room),
  );
  if (client !== undefined)
    throw usageError(
      `role ${client.role} of group ${client.group}: it has no end-to-end encryption, and others in its room have`,
      'give the role e2ee, or leave it out',
    );
};

/** Key of a secret; roles with the same secret can decrypt each other. */
const idOf = ({ secret }: E2ee): string => JSON.stringify(secret);

const secretOf = async (
  { secret }: E2ee,
  where: string,
  reader: ScenarioReader,
): Promise<Secret> => {
  // A passphrase is generated rather than a key, because every SDK accepts a passphrase.
  if (typeof secret === 'string')
    return { passphrase: randomBytes(GENERATED_BYTES).toString('base64url') };
  if ('passphrase' in secret)
    return { passphrase: await readScenarioSecret(secret.passphrase, where, reader) };
  const key = await readScenarioSecret(secret.key, where, reader);
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(key);
  if (isBase64 && Buffer.from(key, 'base64').length >= LEAST_KEY_BYTES) return { key };
  throw usageError(
    `${where}: the key is ${isBase64 ? 'too short' : 'not base64'}`,
    'make one with: openssl rand -base64 32',
  );
};
