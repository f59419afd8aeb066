/** `swarm presence`, its result, and an endpoint of webhooks that fails in front of it. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Finding, Presence, PresenceEvent } from '@livekit-swarm/presence';
import { type Outcome, runSwarm } from './swarm.ts';

/** The part of the result that tests look at. */
export interface PresenceResult extends Outcome {
  isImpaired: boolean;
  events: {
    event: PresenceEvent;
    due: number;
    reported: number;
    again: number;
    delayP50Ms: number | null;
  }[];
  findings: Finding[];
  webhooks: Presence['webhooks'];
  polls: Presence['polls'];
}

export const readPresence = (outcome: Outcome): PresenceResult => ({
  ...outcome,
  ...(JSON.parse(outcome.stdout === '' ? '{}' : outcome.stdout) as Omit<
    PresenceResult,
    keyof Outcome
  >),
});

export const runPresence = async (args: string[]): Promise<PresenceResult> =>
  readPresence(await runSwarm(['presence', '--json', ...args]));

/**
 * Handling of the first delivery of an event. `take`: answer 200. `forget`: answer 500, although it
 * was taken. `refuse`: answer 500. Further deliveries are taken.
 */
export type Handling = 'take' | 'forget' | 'refuse';

export interface Endpoint extends AsyncDisposable {
  url: string;
  /** Ids of events whose first delivery was answered with 500, by kind of event. */
  failed: ReadonlyMap<string, ReadonlySet<string>>;
  /** Sets the port to which deliveries that are taken go. */
  forwardTo(port: number): void;
}

/** An endpoint of webhooks as of an application that fails at times. */
export const openEndpoint = async (handling: (event: string) => Handling): Promise<Endpoint> => {
  const failed = new Map<string, Set<string>>();
  const seen = new Set<string>();
  let port = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const { id, event } = JSON.parse(body) as { id: string; event: string };
    const how = seen.has(id) ? 'take' : handling(event);
    seen.add(id);
    if (how !== 'take') failed.set(event, (failed.get(event) ?? new Set()).add(id));
    const { authorization = '' } = request.headers;
    const taken =
      how === 'refuse'
        ? null
        : await fetch(`http://127.0.0.1:${port}/`, {
            ...{ method: 'POST', body, headers: { authorization } },
          }).catch(() => null);
    response.writeHead(how === 'take' ? (taken?.status ?? 502) : 500).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, failed },
    forwardTo: (to) => {
      port = to;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
