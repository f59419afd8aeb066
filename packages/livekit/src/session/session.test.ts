import {
  AddTrackRequest,
  DisconnectReason,
  LeaveRequest_Action,
  RequestResponse,
  RequestResponse_Reason,
} from '@livekit/protocol';
import { expect, test } from 'vitest';
import { joinRequestOf } from '../../test/support/join-request.ts';
import {
  answer,
  joinResponse,
  leave,
  openAnswer,
  reconnectResponse,
  type ScriptedConnection,
  trackPublished,
  trickle,
} from '../../test/support/scripted-server.ts';
import {
  emitted,
  joined,
  type SessionFixture,
  sessionFixture,
  welcome,
} from '../../test/support/session-fixture.ts';

test('has joined when media flows and its tracks are acknowledged, not before', async () => {
  const on = sessionFixture();
  let connection: ScriptedConnection | undefined;
  on.server.onConnect = (made) => {
    connection = made;
    made.deliver(joinResponse());
    made.deliver(answer(1));
  };
  void on.session.join();
  await on.clock.advanceAsync(10);
  on.connectMedia();
  await on.clock.advanceAsync(10);
  expect(emitted(on)).toEqual([]);
  connection?.deliver(trackPublished('mic', 'TR_mic'));
  await on.clock.advanceAsync(10);
  expect(emitted(on)).toEqual(['joined']);
  expect(on.events[0]).toMatchObject({
    node: 'ND_1',
    serverVersion: '1.13.4',
    attempt: 1,
    region: 'eu',
  });
});

test.each([
  ['signal_timeout', () => undefined],
  ['answer_timeout', (connection: ScriptedConnection) => connection.deliver(joinResponse())],
  [
    'ice_timeout',
    (connection: ScriptedConnection) => {
      connection.deliver(joinResponse());
      connection.deliver(answer(1));
    },
  ],
])('an attempt that gets no further ends with %s', async (reason, onConnect) => {
  const on = sessionFixture();
  on.server.onConnect = onConnect;
  const joining = on.session.join();
  await on.clock.advanceAsync(5_000);
  expect(await joining).toBe(false);
  expect(emitted(on)).toEqual([`join_failed ${reason}`]);
  expect(on.plane.named('closePeer')).toHaveLength(1);
});

test('a DTLS handshake that does not end is distinguished from ICE', async () => {
  const on = sessionFixture();
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(answer(1));
    on.session.membership?.peerChanged(1, 'ice-connected', on.clock.now());
  };
  void on.session.join();
  await on.clock.advanceAsync(5_000);
  expect(emitted(on)).toEqual(['join_failed dtls_timeout']);
});

test.each([
  [['video/H264', 'video/VP8'], 'join_failed codec_not_allowed'],
  [['video/AV1', 'AUDIO/OPUS'], undefined],
])('a room that allows %j: the codec is named before media', async (codecs, first) => {
  const on = sessionFixture({ joinAttempts: 3 });
  on.server.onConnect = (connection) => connection.deliver(joinResponse('PA_self', codecs));
  void on.session.join();
  await on.clock.advanceAsync(100);
  expect(emitted(on)[0]).toBe(first);
});

test('a track of a codec that the room does not allow is refused during the stay, and not published again', async () => {
  const on = sessionFixture();
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse('PA_self', ['audio/opus', 'video/H264']));
    connection.deliver(trackPublished('mic', 'TR_mic'));
    connection.deliver(answer(1));
    on.clock.after(1, on.connectMedia);
  };
  void on.session.join();
  await on.clock.advanceAsync(10);
  on.session.publish({ cid: 'cam', kind: 'video', codec: 'vp8', layers: [] });
  expect(on.events.at(-1)).toMatchObject({
    type: 'refused',
    cid: 'cam',
    message: expect.stringContaining('does not allow VP8 (room.enabled_codecs'),
  });
  expect(on.session.tracks.map(({ cid }) => cid)).toEqual(['mic']);
  expect(on.server.connections[0]?.sent.some(({ case: about }) => about === 'addTrack')).toBe(
    false,
  );
});

test('the plane learns the node and the end of its candidates, also before their description', async () => {
  const on = sessionFixture();
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(trickle('candidate:1 1 udp 1 127.0.0.1 7882 typ host', true));
    expect(on.plane.named('candidatesEnded')).toEqual([]);
    connection.deliver(openAnswer(1));
  };
  void on.session.join();
  await on.clock.advanceAsync(10);
  expect(on.plane.named('joinedNode')).toEqual([['ND_1']]);
  const names = on.plane.calls.map(({ name }) => name);
  expect(names.lastIndexOf('addCandidate')).toBeLessThan(names.indexOf('candidatesEnded'));
  expect(on.plane.named('candidatesEnded')).toEqual([[1]]);
});

test('joins are retried with back-off, up to the limit', async () => {
  const on = sessionFixture({ joinAttempts: 3 });
  on.server.onConnect = (connection) => connection.end({ reason: 'server_error' });
  const joining = on.session.join();
  await on.clock.advanceAsync(20_000);
  expect(await joining).toBe(false);
  expect(emitted(on)).toEqual([
    'join_retry server_error',
    'join_retry server_error',
    'join_failed server_error',
  ]);
});

test('permanent failures are not retried', async () => {
  const on = sessionFixture({ joinAttempts: 3 });
  on.server.onConnect = (connection) =>
    connection.end({ reason: 'unauthorized', retryable: false });
  void on.session.join();
  await on.clock.advanceAsync(20_000);
  expect(emitted(on)).toEqual(['join_failed unauthorized']);
});

test('auto falls back to v0 once, and stays there', async () => {
  const on = sessionFixture({ signalling: 'auto' });
  on.server.onConnect = (connection) => {
    if (connection.endpoint.startsWith('/rtc/v1'))
      connection.end({ reason: 'not_livekit', retryable: false });
    else connection.end({ reason: 'server_error' });
  };
  void on.session.join();
  await on.clock.advanceAsync(100);
  expect(on.server.connections.map(({ endpoint }) => endpoint.split('?')[0])).toEqual([
    '/rtc/v1',
    '/rtc',
  ]);
  expect(on.server.deployment.signalling).toBe('v0');
});

test('a lost signal connection is resumed: state sent, ICE restarted, peers kept', async () => {
  const on = await joined();
  on.server.onConnect = (connection) => {
    connection.deliver(reconnectResponse());
    connection.deliver(answer(2, 'afterTheRestart1'));
    on.clock.after(1, on.connectMedia);
  };
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(1_100);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed', 'resumed']);
  expect(on.events.at(-1)).toMatchObject({ attempt: 1, node: 'ND_1' });
  const [, resumed] = on.server.connections;
  expect(resumed?.isResume).toBe(true);
  expect(resumed?.sent.map(({ case: name }) => name)).toEqual(['syncState', 'offer']);
  expect(on.plane.named('restartIce')).toHaveLength(1);
  expect(on.plane.named('closePeer')).toEqual([]);
  expect(
    on.plane.named('connectPeer').map(([, remote]) => (remote as { ufrag: string }).ufrag),
  ).toEqual(['SmaObsPCEqkysiDx', 'afterTheRestart1']);
});

test('reconnects when the server does not know the session', async () => {
  const on = await joined();
  on.server.onConnect = (connection) => {
    if (connection.isResume)
      connection.deliver(leave(DisconnectReason.STATE_MISMATCH, LeaveRequest_Action.RECONNECT));
    else welcome(on)(connection);
  };
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(3_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed', 'reconnected']);
  expect(on.events.at(-1)).toMatchObject({ attempt: 2 });
  expect(on.plane.named('closePeer')).toEqual([[1]]);
  expect(on.plane.named('send')).toHaveLength(2);
});

test('asks for a token before a join and a reconnect, not before a resume; the wait is a phase', async () => {
  let asked = 0;
  const on: SessionFixture = sessionFixture({
    admit: async () => {
      asked += 1;
      await new Promise<void>((resolve) => void on.clock.after(70, resolve));
      return { deployment: on.server.deployment, token: `token-${asked}` };
    },
  });
  on.server.onConnect = welcome(on);
  void on.session.join();
  await on.clock.advanceAsync(200);
  expect(on.events[0]).toMatchObject({ type: 'joined', tokenMs: 70, startedAt: 0 });
  expect(asked).toBe(1);
  on.server.onConnect = (connection) => {
    if (connection.isResume)
      connection.deliver(leave(DisconnectReason.STATE_MISMATCH, LeaveRequest_Action.RECONNECT));
    else welcome(on)(connection);
  };
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(3_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed', 'reconnected']);
  expect(asked).toBe(2);
});

test.each([
  [true, ['join_retry token_failed', 'joined']],
  [false, ['join_failed token_failed']],
])('a token that is not given, retryable: %s', async (retryable, events) => {
  let asked = 0;
  const on: SessionFixture = sessionFixture({
    joinAttempts: 2,
    admit: async () => {
      asked += 1;
      return asked === 1
        ? { reason: 'token_failed', message: 'HTTP 503', retryable }
        : { deployment: on.server.deployment, token: 'token' };
    },
  });
  on.server.onConnect = welcome(on);
  void on.session.join();
  await on.clock.advanceAsync(5_000);
  expect(emitted(on)).toEqual(events);
});

test('reconnects when media stays interrupted after a resume', async () => {
  const on = await joined();
  on.server.onConnect = (connection) => {
    if (connection.isResume) connection.deliver(reconnectResponse());
    else welcome(on)(connection);
  };
  on.session.membership?.peerChanged(1, 'disconnected', on.clock.now());
  await on.clock.advanceAsync(10_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost ice_disconnected', 'reconnected']);
});

test('gives up after ten attempts', async () => {
  const on = await joined();
  on.server.onConnect = (connection) =>
    connection.end({ reason: 'unreachable', message: 'cannot reach it' });
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed', 'disconnected unreachable']);
  expect(on.server.connections).toHaveLength(11);
  expect(on.plane.named('closePeer')).toEqual([[1]]);
  expect(on.clock.pending()).toBe(0);
});

test('an expired token ends the session at once', async () => {
  const on = await joined();
  on.server.onConnect = (connection) =>
    connection.end({ reason: 'unauthorized', retryable: false });
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed', 'disconnected unauthorized']);
});

test.each([
  [DisconnectReason.SERVER_SHUTDOWN, 'server_shutdown'],
  [DisconnectReason.ROOM_DELETED, 'room_deleted'],
  [DisconnectReason.DUPLICATE_IDENTITY, 'duplicate_identity'],
])('leave request with reason %i: leaves with code %s', async (reason, word) => {
  const on = await joined();
  on.server.connections[0]?.deliver(leave(reason, LeaveRequest_Action.DISCONNECT));
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', `disconnected ${word}`]);
  expect(on.server.connections).toHaveLength(1);
});

test('a closed media connection waits for the LEAVE that explains it', async () => {
  const on = await joined();
  on.session.membership?.peerChanged(1, 'closed', on.clock.now());
  on.clock.advance(100);
  on.server.connections[0]?.deliver(
    leave(DisconnectReason.PARTICIPANT_REMOVED, LeaveRequest_Action.DISCONNECT),
  );
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'disconnected participant_removed']);
});

test('a defect of the media engine ends the session: no reconnect, which would hide it', async () => {
  const on = await joined();
  on.session.membership?.peerChanged(1, 'failed', on.clock.now());
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'disconnected internal_error']);
  expect(on.server.connections).toHaveLength(1);
});

test('leaving notifies the server, closes the peers and emits nothing more', async () => {
  const on = await joined();
  on.session.leave();
  await on.clock.advanceAsync(60_000);
  const [connection] = on.server.connections;
  expect(connection?.sent.at(-1)?.case).toBe('leave');
  expect(connection?.closed).toBe(true);
  expect(on.plane.named('closePeer')).toEqual([[1]]);
  expect(emitted(on)).toEqual(['joined']);
  expect(on.clock.pending()).toBe(0);
});

test('closing does not notify the server', async () => {
  const on = await joined();
  on.session.close();
  await on.clock.advanceAsync(60_000);
  const [connection] = on.server.connections;
  expect(connection?.sent.map((message) => message.case)).not.toContain('leave');
  expect(connection?.closed).toBe(true);
  expect(on.plane.named('closePeer')).toEqual([[1]]);
  expect(emitted(on)).toEqual(['joined']);
});

test.each([
  ['response', { offers: true, ended: 'closePeer' }],
  ['offer', { offers: false, ended: null }],
  ['ice', { offers: true, ended: 'dropPeer' }],
] as const)(
  'one that is gone before %s does not join, and does not try again',
  async (departsBefore, { offers, ended }) => {
    const on = sessionFixture({ departsBefore, joinAttempts: 3 });
    if (departsBefore !== 'response') on.server.onConnect = welcome(on);
    const joining = on.session.join();
    await on.clock.advanceAsync(60_000);
    expect(await joining).toBe(false);
    expect(emitted(on)).toEqual([]);
    const [connection, ...more] = on.server.connections;
    expect(more).toEqual([]);
    expect(connection?.closed).toBe(true);
    expect(joinRequestOf(connection?.endpoint ?? '').publisherOffer !== undefined).toBe(offers);
    for (const call of ['closePeer', 'dropPeer'] as const)
      expect(on.plane.named(call)).toHaveLength(call === ended ? 1 : 0);
    expect(on.plane.named('connectPeer')).toEqual([]);
    expect(on.clock.pending()).toBe(0);
  },
);

test('leaving during a recovery ends the attempts', async () => {
  const on = await joined();
  on.server.onConnect = () => undefined;
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(2_000);
  on.session.leave();
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'signal_lost signal_closed']);
  expect(on.server.connections).toHaveLength(2);
  expect(on.clock.pending()).toBe(0);
});

const answerToAddTrack = (reason: RequestResponse_Reason, message = '') => ({
  case: 'requestResponse' as const,
  value: new RequestResponse({
    reason,
    message,
    request: { case: 'addTrack', value: new AddTrackRequest({ cid: 'mic' }) },
  }),
});

test('a rejected track does not delay the join: joined without it, and reported once', async () => {
  const on = sessionFixture();
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(answerToAddTrack(RequestResponse_Reason.NOT_ALLOWED));
    connection.deliver(answerToAddTrack(RequestResponse_Reason.NOT_ALLOWED));
    connection.deliver(answer(1));
    on.clock.after(1, on.connectMedia);
  };
  const joining = on.session.join();
  await on.clock.advanceAsync(10);
  expect(await joining).toBe(true);
  expect(on.events).toEqual([
    expect.objectContaining({
      type: 'refused',
      what: 'publish',
      cid: 'mic',
      message: 'the server does not let it publish its microphone',
    }),
    expect.objectContaining({ type: 'joined' }),
  ]);
  expect(on.plane.named('send').map(([, stream]) => stream)).toEqual([
    expect.objectContaining({ cid: 'mic', active: false }),
  ]);
});

test('a queued track is not rejected', async () => {
  const on = sessionFixture();
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(answerToAddTrack(RequestResponse_Reason.QUEUED));
    connection.deliver(answer(1));
    on.clock.after(1, on.connectMedia);
    on.clock.after(100, () => connection.deliver(trackPublished('mic', 'TR_mic')));
  };
  const joining = on.session.join();
  await on.clock.advanceAsync(150);
  expect(await joining).toBe(true);
  expect(on.events).toEqual([expect.objectContaining({ type: 'joined' })]);
});

const dnsError = Object.assign(new Error('getaddrinfo EAI_AGAIN lk.example'), {
  code: 'EAI_AGAIN',
});

test('a name lookup that fails is a failed attempt, and no part of the join time', async () => {
  const on = sessionFixture({ joinAttempts: 3 });
  let lookups = 0;
  on.plane.prepare = async () => {
    lookups += 1;
    await new Promise<void>((resolve) => on.clock.after(1_000, resolve));
    if (lookups < 3) throw dnsError;
  };
  on.server.onConnect = welcome(on);
  void on.session.join();
  await on.clock.advanceAsync(20_000);
  expect(emitted(on)).toEqual(['join_retry dns_failed', 'join_retry dns_failed', 'joined']);
  const [event] = on.events.filter(({ type }) => type === 'joined');
  if (event?.type !== 'joined') throw new Error('not joined');
  expect(event.startedAt - on.session.waitedMs).toBe(0);
  expect(event.at - event.startedAt).toBeLessThan(100);
});

test('a join whose name lookups all fail has failed with dns_failed', async () => {
  const on = sessionFixture({ joinAttempts: 2 });
  on.plane.prepare = () => Promise.reject(dnsError);
  const joining = on.session.join();
  await on.clock.advanceAsync(20_000);
  expect(await joining).toBe(false);
  expect(emitted(on)).toEqual(['join_retry dns_failed', 'join_failed dns_failed']);
  expect(on.server.connections).toEqual([]);
});

test('media of address families without a route is not retried', async () => {
  const on = sessionFixture({ joinAttempts: 2 });
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(answer(1));
    const peer = on.server.connections.length;
    on.session.membership?.peerChanged(peer, 'no_route', on.clock.now());
  };
  void on.session.join();
  await on.clock.advanceAsync(5_000);
  expect(emitted(on)).toEqual(['join_failed no_route']);
});

test('media that this host refuses to send does not count as a timeout of the server', async () => {
  const on = sessionFixture();
  on.plane.localSendError = () => 'EPERM';
  on.server.onConnect = (connection) => {
    connection.deliver(joinResponse());
    connection.deliver(answer(1));
  };
  void on.session.join();
  await on.clock.advanceAsync(6_000);
  expect(emitted(on)).toEqual(['join_failed no_socket']);
});
