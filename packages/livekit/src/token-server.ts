import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '@livekit-swarm/settings';
import { z } from 'zod';
import { makeToken, type TokenRequest } from './token.ts';

/** Token endpoint in the form of `TokenEndpoint`, for labs. */
export interface TokenServer extends AsyncDisposable {
  /** URL without a path: each path is answered. */
  readonly url: string;
}

export interface TokenServerOptions extends Pick<TokenRequest, 'apiKey' | 'apiSecret' | 'publish'> {
  /** IPv4 address that it listens at. */
  host: string;
  /** Signal URL to which a participant is sent. @param path of the URL that was asked */
  serverFor(participant: { room: string; identity: string }, path: string): string;
}

const TOKEN_SECONDS = 600;
const MAX_BODY = 65_536;

const question = z.object({ room_name: z.string(), participant_identity: z.string() });

/** Starts the endpoint on a free port. */
export const startTokenServer = async (options: TokenServerOptions): Promise<TokenServer> => {
  const { host, serverFor, apiKey, apiSecret, publish } = options;
  const answer = async (request: IncomingMessage): Promise<object> => {
    const { room_name: room, participant_identity: identity } = question.parse(
      JSON.parse(await bodyOf(request)),
    );
    const token = makeToken({
      ...{ apiKey, apiSecret, room, identity, publish },
      ...{ subscribe: true, ttlSeconds: TOKEN_SECONDS },
    });
    return {
      server_url: serverFor({ room, identity }, request.url ?? ''),
      participant_token: token,
    };
  };
  const server = createServer((request, response) => {
    void answer(request).then(
      (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
      (error: unknown) => {
        response.statusCode = 400;
        response.end(messageOf(error));
      },
    );
  });
  server.listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY) throw new Error('the request is too large');
  }
  return text;
};
