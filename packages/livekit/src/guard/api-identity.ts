import { randomBytes } from 'node:crypto';
import { usageError } from '@livekit-swarm/settings';
import { type ApiTarget, roomServiceOf } from '../api/api-clients.ts';
import { deploymentAt } from '../deployment.ts';
import { isJoin, joinBySignal } from '../signal/signal-join.ts';
import { makeToken } from '../token.ts';
import { cannotCheck } from './occupants.ts';

const TIMEOUT_SECONDS = 10;
/** Time after which the server closes the empty room, seconds. */
const EMPTY_SECONDS = 10;

/**
 * Checks that API and signalling belong to one server: a proxy may send them to two servers behind
 * one name. A participant without media joins a room that was created through the API; both must be
 * the same room.
 * @param override flag that skips the check
 * @throws SwarmError `usage` when the servers differ, or when the check gets no answer
 */
export const assertSameServer = async (target: ApiTarget, override: string): Promise<void> => {
  const { url, apiKey, apiSecret } = target;
  const service = await roomServiceOf(target, TIMEOUT_SECONDS);
  const name = `swarm-guard-${randomBytes(6).toString('hex')}`;
  const question = 'whether the API belongs to the server that is joined';
  let sid: string;
  try {
    const times = { emptyTimeout: EMPTY_SECONDS, departureTimeout: EMPTY_SECONDS };
    ({ sid } = await service.createRoom({ name, ...times }));
  } catch (error) {
    throw cannotCheck(question, error, override);
  }
  try {
    const publish = { audio: false, video: false, data: false };
    const who = { room: name, identity: 'swarm-guard', publish, subscribe: false };
    const token = makeToken({ apiKey, apiSecret, ...who, ttlSeconds: 60 });
    const joined = await joinBySignal(deploymentAt(url, 'v0'), token, 1_000 * TIMEOUT_SECONDS);
    if (!isJoin(joined)) {
      if (joined.reason === 'room_not_found') throw anotherServer(override);
      throw cannotCheck(question, joined.message, override);
    }
    joined.connection.close();
    if (joined.roomSid !== sid) throw anotherServer(override);
  } finally {
    // The server closes an empty room in any case.
    await service.deleteRoom(name).catch(() => {});
  }
};

const anotherServer = (override: string): Error =>
  usageError(
    'the API at this URL belongs to another server than signalling: the participants of that server are unknown',
    `send /twirp and /rtc to the same deployment, or add ${override}`,
  );
