import { Session } from '../../src/session/session.ts';
import type { SessionEvent, SessionOptions } from '../../src/session/session-options.ts';
import { type FakeClock, fakeClock } from './fake-clock.ts';
import { type RecordingPlane, recordingPlane } from './recording-plane.ts';
import {
  answer,
  joinResponse,
  type ScriptedConnection,
  type ScriptedServer,
  scriptedServer,
  trackPublished,
} from './scripted-server.ts';

/** A session with a scripted server, a recording plane and a fake clock. */
export interface SessionFixture {
  clock: FakeClock;
  server: ScriptedServer;
  plane: RecordingPlane;
  session: Session;
  events: SessionEvent[];
  /** Makes the peer that was opened last ready. */
  connectMedia(): void;
}

export interface SessionFixtureOptions
  extends Partial<
    Pick<
      SessionOptions,
      'admit' | 'joinAttempts' | 'policy' | 'rejoin' | 'watchesMedia' | 'departsBefore'
    >
  > {
  signalling?: 'auto' | 'v1' | 'v0';
}

export const sessionFixture = ({
  signalling,
  ...options
}: SessionFixtureOptions = {}): SessionFixture => {
  const clock = fakeClock();
  const server = scriptedServer(clock, signalling);
  const plane = recordingPlane();
  const events: SessionEvent[] = [];
  const session = new Session({
    deployment: server.deployment,
    token: 'token',
    layout: { type: 'all' },
    tracks: [
      {
        cid: 'mic',
        kind: 'audio',
        codec: 'opus',
        layers: [{ width: 0, height: 0, bitrate: 24_000 }],
      },
    ],
    sendsData: false,
    expectedTracks: { audio: 1, video: 0 },
    cname: 'self',
    plane,
    attemptTimeoutMs: 5_000,
    joinAttempts: 1,
    policy: { delayMs: (attempt) => (attempt < 10 ? 1_000 : null) },
    ...options,
    onEvent: (event) => events.push(event),
  });
  const peers = () => new Set(plane.named('openChannel').map(([peer]) => peer as number));

  return {
    clock,
    server,
    plane,
    session,
    events,
    connectMedia: () => {
      const peer = Math.max(...peers());
      session.membership?.peerChanged(peer, 'ice-connected', clock.now());
      session.membership?.peerChanged(peer, 'connected', clock.now());
    },
  };
};

/** Makes a join or a reconnect succeed, media included. */
export const welcome =
  ({ clock, connectMedia }: SessionFixture) =>
  (connection: ScriptedConnection) => {
    connection.deliver(joinResponse());
    connection.deliver(trackPublished('mic', 'TR_mic'));
    connection.deliver(answer(1));
    clock.after(1, connectMedia);
  };

/**
 * Returns a session that joined ten milliseconds after the start.
 * @throws Error when the join failed
 */
export const joined = async (options?: SessionFixtureOptions): Promise<SessionFixture> => {
  const on = sessionFixture(options);
  on.server.onConnect = welcome(on);
  const joining = on.session.join();
  await on.clock.advanceAsync(10);
  if (!(await joining)) throw new Error('it did not join');
  return on;
};

/** Emitted events as text. */
export const emitted = ({ events }: SessionFixture) =>
  events.map((event) =>
    'failure' in event ? `${event.type} ${event.failure.reason}` : event.type,
  );
