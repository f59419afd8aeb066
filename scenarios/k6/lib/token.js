import { hmac } from 'k6/crypto';
import { b64encode } from 'k6/encoding';

const LIFETIME_S = 60;

/**
 * Makes a join token (JWT, RFC 7519, signed with HMAC-SHA256) for one room. It only permits to
 * join, for one minute.
 *
 * The server offers a media connection to participants with `canSubscribe`, which these could not
 * answer.
 *
 * @param {{ apiKey: string, apiSecret: string }} keys
 * @param {string} room
 * @param {string} identity
 */
export const makeToken = ({ apiKey, apiSecret }, room, identity) => {
  const now = Math.floor(Date.now() / 1_000);
  const head = part({ alg: 'HS256', typ: 'JWT' });
  const claims = part({
    iss: apiKey,
    sub: identity,
    nbf: now,
    exp: now + LIFETIME_S,
    video: {
      roomJoin: true,
      room,
      canPublish: false,
      canSubscribe: false,
      canPublishData: false,
      canUpdateOwnMetadata: false,
    },
  });
  return `${head}.${claims}.${hmac('sha256', apiSecret, `${head}.${claims}`, 'base64rawurl')}`;
};

const part = (json) => b64encode(JSON.stringify(json), 'rawurl');
