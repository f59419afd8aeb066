import type { Room } from 'livekit-client';
import { browserOf, type NavigatorFacts } from './browser.ts';
import { createCollector } from './collector.ts';
import { listTracks } from './list-tracks.ts';
import { type BeaconOptions, ignoringErrors, type Settings, settingsOf } from './options.ts';
import { createOutbox } from './outbox.ts';
import { readStreams } from './read-streams.ts';
import { createTokenProvider } from './token-provider.ts';
import { withTimeout } from './with-timeout.ts';

export interface Beacon {
  /**
   * Reads the counters once more and sends the last report. Resolves when it was sent or failed,
   * after two seconds at most (then sending continues in the background); never rejects. Call it
   * before `room.disconnect()`: after it, the counters of the last two seconds are missing.
   */
  detach(): Promise<void>;
}

/**
 * Interval of reading counters, ms: at most this much is lost when a page closes. livekit-client
 * uses the same interval.
 */
const LOOK_EVERY_MS = 2_000;

/**
 * Time limit of `detach`, ms: the application waits for it before it leaves the room, and an
 * unreachable exporter must not delay that longer.
 */
const DETACH_WITHIN_MS = 2_000;

const attached = new WeakSet<Room>();

/**
 * Reports the media that this participant receives and sends to the exporter of livekit-swarm,
 * until it is detached. Attach it before `room.connect`: counters from before are not reported.
 *
 * Never throws: errors go to `onError`.
 *
 * @example const beacon = attachBeacon(room, { url: 'https://metrics.example.com/beacon', token,
 *   sdkVersion: version }); await room.connect(url, token);
 */
export const attachBeacon = (room: Room, options: BeaconOptions): Beacon => {
  try {
    const settings = settingsOf(options);
    if (attached.has(room))
      throw new Error(
        'this room has a beacon already: detach that first, or everything would count twice',
      );
    return attach(room, settings);
  } catch (error) {
    ignoringErrors(options?.onError)(error);
    return { detach: async () => {} };
  }
};

const attach = (
  room: Room,
  { sdkName, sdkVersion, intervalMs, onError, ...rest }: Settings,
): Beacon => {
  attached.add(room);
  const facts: NavigatorFacts = globalThis.navigator ?? {};
  const token = createTokenProvider(rest.token);
  const sdk = { name: sdkName, ...(sdkVersion === undefined ? {} : { version: sdkVersion }) };
  const outbox = createOutbox({
    ...rest,
    token,
    intervalMs,
    software: { sdk, browser: browserOf(facts) },
    onError,
  });
  const collector = createCollector();
  let transport: string | undefined;
  let reconnects = 0;
  let reportedAt = performance.now();
  let connected = room.state !== 'disconnected' && room.state !== 'connecting';
  let detached = false;
  let looking: Promise<void> | undefined;

  const lookOnce = async (history: boolean): Promise<void> => {
    const looks = listTracks(room).map(async (track) => readStreams(await track.stats(), track));
    // A track may end while its statistics are read.
    const found = (await Promise.allSettled(looks)).flatMap((look) =>
      look.status === 'fulfilled' ? [look.value] : [],
    );
    const streams = found.flatMap(({ streams }) => streams);
    transport =
      found.find(({ route }) => route.transport !== undefined)?.route.transport ?? transport;
    collector.add(streams, performance.now(), history);
  };

  /** Starts a read unless one is in progress, however long the browser takes. */
  const look = (history = false): Promise<void> => {
    looking ??= lookOnce(history)
      .catch(onError)
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };

  /** Adds the collected counters to the outbox. */
  const close = (end?: 'end'): void => {
    if (!connected) return;
    const at = performance.now();
    const ms = Math.round(at - reportedAt);
    const streams = collector.take();
    if (streams.length === 0 && reconnects === 0 && ms < intervalMs && end === undefined) return;
    reportedAt = at;
    const network = facts.connection?.type;
    const node = room.serverInfo?.nodeId;
    const participant = room.localParticipant.sid;
    outbox.put({
      ms,
      ...(reconnects > 0 ? { reconnects } : {}),
      ...(transport === undefined ? {} : { transport }),
      ...(network === undefined ? {} : { network }),
      ...(node ? { node } : {}),
      ...(participant ? { participant } : {}),
      ...(end === undefined ? {} : { end: true }),
      streams,
    });
    reconnects = 0;
  };

  const onConnected = (): void => {
    if (connected) return;
    connected = true;
    reportedAt = performance.now();
    outbox.begin();
    // The token must be available when the page closes.
    token.get().catch(onError);
  };
  const onReconnected = (): void => {
    reconnects += 1;
  };
  const onDisconnected = (): void => {
    close('end');
    connected = false;
    void outbox.send('last');
  };
  /** Sends all reports when the page is hidden: it may be closed after this event. */
  const onHide = (): void => {
    try {
      if (globalThis.document?.visibilityState === 'visible') return;
      close();
      outbox.sendNow();
    } catch (error) {
      onError(error);
    }
  };
  const onPageHide = (): void => {
    try {
      close('end');
      outbox.sendNow();
    } catch (error) {
      onError(error);
    }
  };

  const onTick = async (): Promise<void> => {
    await look();
    if (detached || performance.now() - reportedAt < intervalMs) return;
    close();
    await outbox.send();
  };

  room
    .on('connected', onConnected)
    .on('reconnected', onReconnected)
    .on('disconnected', onDisconnected);
  globalThis.document?.addEventListener('visibilitychange', onHide);
  globalThis.addEventListener?.('pagehide', onPageHide);
  const timer = setInterval(onTick, Math.min(LOOK_EVERY_MS, intervalMs / 2));
  if (connected) {
    void look(true);
    token.get().catch(onError);
  }

  const stop = (): void => {
    detached = true;
    attached.delete(room);
    clearInterval(timer);
    room
      .off('connected', onConnected)
      .off('reconnected', onReconnected)
      .off('disconnected', onDisconnected);
    globalThis.document?.removeEventListener('visibilitychange', onHide);
    globalThis.removeEventListener?.('pagehide', onPageHide);
  };
  const end = async (): Promise<void> => {
    // A running read started earlier, so it is not the last.
    await looking;
    await look();
    close('end');
    await outbox.send('last');
  };

  return {
    detach: async () => {
      if (detached) return;
      stop();
      await withTimeout(end(), DETACH_WITHIN_MS);
    },
  };
};
