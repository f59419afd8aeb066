import { randomBytes } from 'node:crypto';

/** Key pair with which livekit-server signs and checks tokens. */
export interface ApiCredentials {
  apiKey: string;
  apiSecret: string;
}

/** Makes a new pair. The secret has 43 characters; livekit-server requires 32. */
export const generateCredentials = (): ApiCredentials => ({
  apiKey: `API${randomBytes(6).toString('hex')}`,
  apiSecret: randomBytes(32).toString('base64url'),
});
