/** Application of the users: its server receives webhooks, and its browsers report quality. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { BeaconBody } from '@livekit-swarm/beacon/payload';
import { AccessToken } from 'livekit-server-sdk';
import { listenOnLoopback } from '../loopback-server.ts';

export interface Application {
  webhookUrl: string;
  /** True while its server answers webhooks with 500. */
  failing: boolean;
  close(): Promise<void>;
}

export const startApplication = async (): Promise<Application> => {
  const server = createServer((request, response) => {
    request.resume();
    request.once('end', () => response.writeHead(application.failing ? 500 : 200).end());
  });
  const { address, close } = await listenOnLoopback(server);
  const application: Application = {
    webhookUrl: `http://${address}/livekit`,
    failing: false,
    close,
  };
  return application;
};

interface BrowserOptions {
  exporterUrl: string;
  apiKey: string;
  apiSecret: string;
  identity: string;
}

/** Audio that a browser received, for its report. */
export interface Received {
  seconds: number;
  /** Share of concealed samples, 0 … 1. */
  concealed: number;
}

/**
 * Makes a browser whose reports equal those of `@livekit-swarm/beacon`.
 * @throws Error when the exporter rejects a report
 */
export const browser = ({
  exporterUrl,
  apiKey,
  apiSecret,
  identity,
}: BrowserOptions): ((received: Received) => Promise<void>) => {
  const session = randomUUID();
  let seq = 0;
  return async ({ seconds, concealed }) => {
    const token = new AccessToken(apiKey, apiSecret, { identity });
    token.addGrant({ roomJoin: true, room: 'town-hall' });
    const samples = seconds * 48_000;
    const body: BeaconBody = {
      v: 1,
      session,
      sdk: { name: 'livekit-client' },
      browser: { name: 'chrome' },
      reports: [
        {
          seq: seq++,
          ms: seconds * 1_000,
          transport: 'udp',
          streams: [
            {
              direction: 'down',
              kind: 'audio',
              codec: 'opus',
              expectedMs: seconds * 1_000,
              packets: Math.round(seconds * 50 * (1 - concealed)),
              lost: Math.round(seconds * 50 * concealed),
              bytes: seconds * 4_000,
              samples,
              concealed: Math.round(samples * concealed),
              rtt: 0.03,
              bufferDelay: 0.06,
            },
          ],
        },
      ],
    };
    const response = await fetch(`${exporterUrl}/beacon`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await token.toJwt()}`,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(
        `the exporter answered a report with ${response.status}: ${await response.text()}`,
      );
  };
};
