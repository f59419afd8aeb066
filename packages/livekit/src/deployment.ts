import { type Clock, systemClock } from './clock.ts';
import { HostResolver } from './host-resolver.ts';
import type { Signalling } from './signal/endpoint.ts';
import { Keepalive } from './signal/keepalive.ts';
import { type ConnectSignal, SignalSocket } from './signal/signal-socket.ts';
import { parseServerUrl, type ServerUrl } from './url.ts';

/**
 * State that all sessions of one deployment share: its address, its signalling version, and one
 * timer for the pings.
 */
export interface Deployment {
  readonly url: ServerUrl;
  readonly clock: Clock;
  readonly keepalive: Keepalive;
  readonly connect: ConnectSignal;
  readonly resolver: HostResolver;
  /** `auto` until a session has learnt that the server lacks `/rtc/v1`. */
  signalling: Signalling | 'auto';
}

/** @throws SwarmError `bad_url` */
export const deploymentAt = (
  url: string,
  signalling: Signalling | 'auto',
  clock: Clock = systemClock,
): Deployment => {
  const parsed = parseServerUrl(url);
  const resolver = new HostResolver(parsed.host, clock);
  return {
    url: parsed,
    clock,
    keepalive: new Keepalive(clock),
    connect: (options) => new SignalSocket({ ...options, lookup: resolver.lookup }),
    resolver,
    signalling,
  };
};
