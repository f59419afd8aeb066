import { type SecretRef, usageError } from '@livekit-swarm/settings';

/**
 * Reads where a secret is: `env:NAME` or `file:PATH`. The text is not repeated in the error, as it
 * may be the secret.
 * @param flag as it is typed, and what the place must hold, for the error
 * @throws SwarmError `usage`
 */
export const secretPlace = (
  text: string,
  { flag, what, hint }: { flag: string; what: string; hint: string },
): SecretRef => {
  const [, kind, where = ''] = /^(env|file):(.+)$/s.exec(text) ?? [];
  if (kind === 'env') return { env: where };
  if (kind === 'file') return { file: where };
  throw usageError(`${flag}: does not say where ${what}`, hint);
};
