/** API keys of a rotation, and what answers to them: the API, new joins, and receivers of webhooks. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ApiCredentials } from '@livekit-swarm/lab';
import {
  ApiRejection,
  apiBase,
  makeToken,
  roomServiceOf,
  signerOfWebhook,
} from '@livekit-swarm/livekit';
import {
  KEY_NAMES,
  type KeyAnswer,
  type KeyName,
  type KeyObservation,
  type WebhookSigner,
} from '@livekit-swarm/record';

/** Pairs of a rotation: `first` is the one that the deployment accepts at the start. */
export type RotatedKeys = Readonly<Record<KeyName, ApiCredentials>>;

export interface KeyRotation extends AsyncDisposable {
  readonly keys: RotatedKeys;
  /** URL for webhooks. */
  readonly webhookUrl: string;
  /** Number of webhooks by signer since the last call. */
  takeWebhooks(): [WebhookSigner, number][];
}

/** Starts a receiver of webhooks on loopback, which knows both pairs. */
export const startKeyRotation = async (keys: RotatedKeys): Promise<KeyRotation> => {
  let counts = new Map<WebhookSigner, number>();
  const count = async (body: string, authorization: string | undefined): Promise<void> => {
    const pairs = KEY_NAMES.map((name) => ({ name, ...keys[name] }));
    const signer = (await signerOfWebhook(body, authorization, pairs))?.name ?? 'neither';
    counts.set(signer, (counts.get(signer) ?? 0) + 1);
  };
  const server = createServer((request, response) => {
    void text(request)
      .then((body) => count(body, request.headers.authorization))
      .then(
        () => response.end(),
        // A connection that broke: LiveKit sends the webhook again.
        () => response.destroy(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    keys,
    webhookUrl: `http://127.0.0.1:${port}/webhook`,
    takeWebhooks: () => {
      const taken = [...counts];
      counts = new Map();
      return taken;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const TIMEOUT_MS = 2_000;
const TOKEN_SECONDS = 60;

/** Asks one node whether it accepts each key, for API calls and for new joins. */
export const observeKeys = (nodeUrl: string, keys: RotatedKeys): Promise<KeyObservation[]> =>
  Promise.all(
    KEY_NAMES.map(async (key): Promise<KeyObservation> => {
      const pair = keys[key];
      const target = { url: nodeUrl, ...pair };
      const token = makeToken({
        ...pair,
        room: `keys-${randomBytes(4).toString('hex')}`,
        identity: 'observer',
        publish: { audio: false, video: false, data: false },
        subscribe: false,
        ttlSeconds: TOKEN_SECONDS,
      });
      const [api, join] = await Promise.all([
        apiAnswer(target),
        joinAnswer(`${apiBase(target)}/rtc/validate?access_token=${token}`),
      ]);
      return { key, api, join };
    }),
  );

const apiAnswer = async (target: Parameters<typeof roomServiceOf>[0]): Promise<KeyAnswer> => {
  try {
    await (await roomServiceOf(target, TIMEOUT_MS / 1_000)).listRooms(['none']);
    return 'accepted';
  } catch (error) {
    return error instanceof ApiRejection && error.status === 401 ? 'refused' : 'unreachable';
  }
};

const joinAnswer = async (url: string): Promise<KeyAnswer> => {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (status === 401) return 'refused';
    return status === 200 ? 'accepted' : 'unreachable';
  } catch {
    return 'unreachable';
  }
};
