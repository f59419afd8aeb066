import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnUrl } from '@livekit-swarm/livekit';
import {
  ATTRIBUTES,
  type Attribute,
  decodeResponse,
  encodeRequest,
  type LongTermKey,
  METHODS,
  peerAddress,
  type StunResponse,
} from './stun-message.ts';
import { openTurnSocket, type TurnSocket } from './turn-socket.ts';

/** Answer of a TURN server to a request for a permission to send to a peer. */
export interface PermissionAnswer {
  peer: string;
  granted: boolean;
  /** Code of the error; null: granted. */
  code: number | null;
}

export interface TurnCredentials {
  username: string;
  credential: string;
}

/** Transport protocol UDP in the first byte, RFC 8656 §14.7. */
const UDP: Attribute = [ATTRIBUTES.transport, Buffer.from([17, 0, 0, 0])];
const ANSWER_MS = 3_000;
const REPEAT_MS = 500;
const STALE_NONCE = 438;

/**
 * Allocates an address and requests a permission for each peer. Nothing is sent to a peer, and the
 * allocation is released.
 * @throws Error if the server cannot be reached, or allocates nothing
 */
export const askPermissions = async (
  url: TurnUrl,
  credentials: TurnCredentials,
  peers: readonly string[],
): Promise<PermissionAnswer[]> => {
  const socket = await openTurnSocket(url);
  const request = requester(socket);
  try {
    const challenge = await request(METHODS.allocate, [UDP], null);
    const key = keyFor(challenge, credentials);
    if (key === null)
      throw new Error(
        challenge.code === null
          ? 'it allocates addresses without credentials'
          : `it refuses an allocation (${challenge.code})`,
      );
    const signed = async (method: number, attributes: readonly Attribute[]) => {
      const answer = await request(method, attributes, key);
      if (answer.code !== STALE_NONCE) return answer;
      key.nonce = Buffer.from(answer.attributes.get(ATTRIBUTES.nonce) ?? key.nonce);
      return await request(method, attributes, key);
    };
    const allocated = await signed(METHODS.allocate, [UDP]);
    if (allocated.code !== null) throw new Error(`it refuses an allocation (${allocated.code})`);
    const answers: PermissionAnswer[] = [];
    for (const peer of peers) {
      const { code } = await signed(METHODS.createPermission, [peerAddress(peer)]);
      answers.push({ peer, granted: code === null, code });
    }
    await signed(METHODS.refresh, [[ATTRIBUTES.lifetime, Buffer.alloc(4)]]);
    return answers;
  } finally {
    socket.close();
  }
};

/** Answer of a TURN server to requests for an address: the code of its error; null: allocated. */
export interface AllocationAnswer {
  withoutCredentials: number | null;
  /** Null as well: not asked, as it needs no credentials. */
  withWrongPassword: number | null;
}

/**
 * Requests an address without credentials, and with a wrong password. What is allocated is
 * released.
 * @throws Error if the server cannot be reached
 */
export const askAllocations = async (
  url: TurnUrl,
  { username }: Pick<TurnCredentials, 'username'>,
): Promise<AllocationAnswer> => {
  const socket = await openTurnSocket(url);
  const request = requester(socket);
  const release: Attribute = [ATTRIBUTES.lifetime, Buffer.alloc(4)];
  try {
    const challenge = await request(METHODS.allocate, [UDP], null);
    if (challenge.code === null) await request(METHODS.refresh, [release], null).catch(() => null);
    const key = keyFor(challenge, { username, credential: 'wrong' });
    if (key === null) return { withoutCredentials: challenge.code, withWrongPassword: null };
    const guess = await request(METHODS.allocate, [UDP], key);
    if (guess.code === null) await request(METHODS.refresh, [release], key).catch(() => null);
    return { withoutCredentials: challenge.code, withWrongPassword: guess.code };
  } finally {
    socket.close();
  }
};

/** Key for requests after a challenge; null: the answer has no challenge. */
const keyFor = (
  { attributes }: StunResponse,
  { username, credential }: TurnCredentials,
): LongTermKey | null => {
  const realm = attributes.get(ATTRIBUTES.realm)?.toString();
  const nonce = attributes.get(ATTRIBUTES.nonce);
  return realm === undefined || nonce === undefined
    ? null
    : { username, credential, realm, nonce: Buffer.from(nonce) };
};

type Request = (
  method: number,
  attributes: readonly Attribute[],
  key: LongTermKey | null,
) => Promise<StunResponse>;

/**
 * Makes a function that sends one request at a time.
 * @throws Error if a request is not answered
 */
const requester = (socket: TurnSocket): Request => {
  const waiting = new Map<string, (response: StunResponse) => void>();
  socket.onMessage((message) => {
    const response = decodeResponse(message);
    if (response !== null) waiting.get(response.transaction)?.(response);
  });
  return async (method, attributes, key) => {
    const { transaction, bytes } = encodeRequest(method, attributes, key);
    const answer = Promise.withResolvers<StunResponse>();
    waiting.set(transaction, answer.resolve);
    try {
      const end = performance.now() + ANSWER_MS;
      while (performance.now() < end) {
        socket.send(bytes);
        const over = new AbortController();
        const response = await Promise.race([
          answer.promise,
          sleep(socket.lossy ? REPEAT_MS : ANSWER_MS, null, { signal: over.signal }).catch(
            () => null,
          ),
        ]);
        over.abort();
        if (response !== null) return response;
      }
      throw new Error('it does not answer');
    } finally {
      waiting.delete(transaction);
    }
  };
};
