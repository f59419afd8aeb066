import { randomBytes } from 'node:crypto';

/** A key pair that livekit-server signs and checks tokens with. */
export interface ApiCredentials {
  apiKey: string;
  apiSecret: string;
}

/** A fresh pair; 43 characters of secret, where livekit-server asks for 32. */
export const generateCredentials = (): ApiCredentials => ({
  apiKey: `API${randomBytes(6).toString('hex')}`,
  apiSecret: randomBytes(32).toString('base64url'),
});
