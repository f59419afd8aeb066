import type { ApiTarget } from './api-clients.ts';

type KeyPair = Pick<ApiTarget, 'apiKey' | 'apiSecret'>;

/**
 * Finds the key pair that signed a webhook, as a receiver that knows all of them; null: none did.
 * @param authorization header of the request
 */
export const signerOfWebhook = async <Pair extends KeyPair>(
  body: string,
  authorization: string | undefined,
  pairs: readonly Pair[],
): Promise<Pair | null> => {
  const { WebhookReceiver } = await import('livekit-server-sdk');
  for (const pair of pairs) {
    const isSigner = await new WebhookReceiver(pair.apiKey, pair.apiSecret)
      .receive(body, authorization)
      .then(
        () => true,
        () => false,
      );
    if (isSigner) return pair;
  }
  return null;
};
