import { type ApiKey, verifyToken } from '../../api-key.ts';

/** Holder of a token. */
export interface TokenHolder {
  room: string;
  identity: string;
  /** Time at which the token expires, Unix seconds. */
  expires: number;
}

/** Maximum length of a name, as in LiveKit, bytes. */
const LONGEST_NAME = 256;

/**
 * Create a function that checks a token as livekit-server does when its holder joins: signed with a
 * known key, not expired, with a grant to join one room.
 */
export const createTokenCheck =
  (keys: () => readonly ApiKey[]): ((token: string) => Promise<TokenHolder | null>) =>
  async (token) => {
    try {
      return holderOf(await verifyToken(token, keys()));
    } catch {
      return null;
    }
  };

const holderOf = ({
  video,
  sub = '',
  exp = 0,
}: Awaited<ReturnType<typeof verifyToken>>): TokenHolder | null => {
  const { room = '', roomJoin } = video ?? {};
  const named = [room, sub].every(
    (name) => typeof name === 'string' && name !== '' && name.length <= LONGEST_NAME,
  );
  return named && roomJoin === true ? { room, identity: sub, expires: exp } : null;
};
