import { DisconnectReason, LeaveRequest_Action } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { leave } from '../../test/support/scripted-server.ts';
import {
  emitted,
  joined,
  type SessionFixture,
  welcome,
} from '../../test/support/session-fixture.ts';
import { noReconnectPolicy } from '../reconnect-policy.ts';
import { appRejoinPolicy } from '../rejoin-policy.ts';

const app = { rejoin: appRejoinPolicy(() => 0.5) };

const shutDown = (on: SessionFixture, reason = DisconnectReason.SERVER_SHUTDOWN): void =>
  on.server.connections.at(-1)?.deliver(leave(reason, LeaveRequest_Action.DISCONNECT));

/** Makes the servers reject this number of attempts. */
const refuse = (on: SessionFixture, times: number): void => {
  let left = times;
  on.server.onConnect = (connection) => {
    if (left-- > 0) connection.end({ reason: 'unreachable', message: 'cannot reach it' });
    else {
      connection.backend = 'node-2';
      welcome(on)(connection);
    }
  };
};

test('rejoins half a second after it was disconnected, with all its tracks', async () => {
  const on = await joined(app);
  refuse(on, 0);
  shutDown(on);
  await on.clock.advanceAsync(1_000);
  expect(emitted(on)).toEqual(['joined', 'disconnected server_shutdown', 'rejoined']);
  expect(on.events.at(-1)).toMatchObject({
    attempt: 1,
    durationMs: 502,
    node: 'ND_1',
    backend: 'node-2',
  });
  expect(on.plane.named('closePeer')).toEqual([[1]]);
  expect(on.plane.named('send')).toHaveLength(2);
  expect(on.server.connections.at(-1)?.isResume).toBe(false);
});

test('retries after 0.5, 1, 2, 4, 5, 5 … s, and reports why each attempt failed', async () => {
  const on = await joined(app);
  refuse(on, 6);
  shutDown(on);
  const disconnectedAt = on.clock.now();
  await on.clock.advanceAsync(30_000);
  const retries = on.events.filter(({ type }) => type === 'rejoin_retry');
  expect(retries.map(({ at }) => at - disconnectedAt)).toEqual([
    501, 1_502, 3_503, 7_504, 12_505, 17_506,
  ]);
  expect(retries[5]).toMatchObject({
    attempt: 6,
    durationMs: 17_506,
    failure: { reason: 'unreachable' },
  });
  expect(emitted(on).at(-1)).toBe('rejoined');
  expect(on.events.at(-1)).toMatchObject({ attempt: 7 });
});

test('the application keeps trying after the SDK has given up', async () => {
  const on = await joined(app);
  refuse(on, 12);
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(60_000);
  // Ten attempts of the SDK, two of the application.
  expect(emitted(on)).toEqual([
    'joined',
    'signal_lost signal_closed',
    'disconnected unreachable',
    'rejoin_retry unreachable',
    'rejoin_retry unreachable',
    'rejoined',
  ]);
});

test.each([
  [DisconnectReason.DUPLICATE_IDENTITY, 'duplicate_identity'],
  [DisconnectReason.PARTICIPANT_REMOVED, 'participant_removed'],
  [DisconnectReason.ROOM_DELETED, 'room_deleted'],
])('does not rejoin after disconnect reason %i', async (reason, word) => {
  const on = await joined(app);
  shutDown(on, reason);
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', `disconnected ${word}`]);
  expect(on.server.connections).toHaveLength(1);
  expect(on.clock.pending()).toBe(0);
});

test('recovers from many losses', async () => {
  const on = await joined(app);
  refuse(on, 0);
  for (let time = 0; time < 3; time++) {
    shutDown(on);
    await on.clock.advanceAsync(1_000);
  }
  expect(emitted(on).filter((what) => what === 'rejoined')).toHaveLength(3);
  on.server.connections.at(-1)?.end({});
  await on.clock.advanceAsync(10_000);
  expect(emitted(on)).toContain('signal_lost signal_closed');
});

test('rejoins with the newest token of the server', async () => {
  const tokens: string[] = [];
  const on = await joined(app);
  const { connect } = on.server.deployment;
  Object.assign(on.server.deployment, {
    connect: (options: Parameters<typeof connect>[0]) => {
      tokens.push(options.token);
      return connect(options);
    },
  });
  on.server.connections[0]?.deliver({ case: 'refreshToken', value: 'a fresher one' });
  shutDown(on);
  await on.clock.advanceAsync(1_000);
  expect(tokens).toEqual(['a fresher one']);
});

test('leaving ends the attempts', async () => {
  const on = await joined(app);
  refuse(on, 100);
  shutDown(on);
  await on.clock.advanceAsync(5_000);
  on.session.leave();
  const before = on.events.length;
  await on.clock.advanceAsync(60_000);
  expect(on.events).toHaveLength(before);
  expect(on.clock.pending()).toBe(0);
});

test('without a rejoin policy, the first disconnect is final', async () => {
  const on = await joined();
  shutDown(on);
  await on.clock.advanceAsync(60_000);
  expect(emitted(on)).toEqual(['joined', 'disconnected server_shutdown']);
});

test('with the policy none, a lost connection is not recovered', async () => {
  const on = await joined({ policy: noReconnectPolicy });
  on.server.connections[0]?.end({});
  await on.clock.advanceAsync(0);
  expect(emitted(on)).toEqual([
    'joined',
    'signal_lost signal_closed',
    'disconnected signal_closed',
  ]);
  await on.clock.advanceAsync(60_000);
  expect(on.server.connections).toHaveLength(1);
  expect(on.plane.named('closePeer')).toEqual([[1]]);
});
