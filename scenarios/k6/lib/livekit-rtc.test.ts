import {
  DisconnectReason,
  GetDataBlobResponse,
  JoinResponse,
  LeaveRequest,
  ParticipantUpdate,
  Ping,
  Pong,
  SignalRequest,
  SignalResponse,
} from '@livekit/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readResponse, writeLeave, writePing } from './livekit-rtc.js';

const frameOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const frame = (message: SignalResponse['message']): ArrayBuffer =>
  frameOf(new SignalResponse({ message }).toBinary());
const join = (init: ConstructorParameters<typeof JoinResponse>[0]): ArrayBuffer =>
  frame({ case: 'join', value: new JoinResponse(init) });

describe('messages from the server', () => {
  it('reads the own participant and the ping interval', () => {
    const joined = join({
      room: { sid: 'RM_1', name: 'größer als ASCII' },
      participant: { sid: 'PA_1', identity: 'k6-abc-p1', metadata: 'x'.repeat(70_000) },
      otherParticipants: [
        { sid: 'PA_2', identity: 'other' },
        { sid: 'PA_3', identity: 'another' },
      ],
      pingInterval: 5,
      pingTimeout: 15,
      serverInfo: { version: '1.13.4', nodeId: 'ND_1' },
    });
    expect(readResponse(joined)).toEqual({
      case: 'join',
      sid: 'PA_1',
      identity: 'k6-abc-p1',
      serverVersion: '1.13.4',
      pingIntervalS: 5,
      pingTimeoutS: 15,
    });
  });

  it('reads zeros and empty strings for absent fields', () => {
    expect(readResponse(join({}))).toEqual({
      case: 'join',
      sid: '',
      identity: '',
      serverVersion: '',
      pingIntervalS: 0,
      pingTimeoutS: 0,
    });
  });

  it('reads the reason of a leave, also one with an unknown number', () => {
    const leave = (reason: DisconnectReason) =>
      readResponse(frame({ case: 'leave', value: new LeaveRequest({ reason }) }));
    expect(leave(DisconnectReason.SERVER_SHUTDOWN)).toEqual({
      case: 'leave',
      reason: 'server_shutdown',
    });
    expect(leave(DisconnectReason.UNKNOWN_REASON)).toEqual({
      case: 'leave',
      reason: 'unknown_reason',
    });
    expect(leave(DisconnectReason.AGENT_ERROR)).toEqual({ case: 'leave', reason: 'agent_error' });
    expect(leave(42 as DisconnectReason)).toEqual({ case: 'leave', reason: 'leave_42' });
  });

  it('reads when the answered ping was sent', () => {
    const pong = frame({
      case: 'pongResp',
      value: new Pong({ lastPingTimestamp: 1_790_000_000_123n, timestamp: -1n }),
    });
    expect(readResponse(pong)).toEqual({ case: 'pong', pingSentAt: 1_790_000_000_123 });
  });

  it('skips all other messages', () => {
    const others: SignalResponse['message'][] = [
      { case: 'refreshToken', value: 'token' },
      { case: 'pong', value: 1n },
      { case: 'update', value: new ParticipantUpdate({ participants: [{ sid: 'PA_2' }] }) },
      { case: 'getDataBlobResponse', value: new GetDataBlobResponse() },
    ];
    for (const message of others) expect(readResponse(frame(message))).toEqual({ case: 'other' });
    expect(readResponse(new ArrayBuffer(0))).toEqual({ case: 'other' });
  });

  it('skips fields of fixed width, which a newer server may have', () => {
    const field99of64bits = [0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8];
    const field98of32bits = [0x95, 0x06, 1, 2, 3, 4];
    const leave = new Uint8Array(
      frame({ case: 'leave', value: new LeaveRequest({ reason: DisconnectReason.ROOM_DELETED }) }),
    );
    expect(
      readResponse(frameOf(new Uint8Array([...field99of64bits, ...field98of32bits, ...leave]))),
    ).toEqual({
      case: 'leave',
      reason: 'room_deleted',
    });
  });

  it.each([
    ['text', [...new TextEncoder().encode('unauthorized')]],
    ['a varint that ends too early', [0x08, 0x80]],
    ['a varint without an end', [0x08, ...Array.from({ length: 20 }, () => 0xff)]],
    ['a length beyond the end', [0x0a, 0x7f, 1]],
    ['a fixed field beyond the end', [0x09, 1, 2]],
    ['field 0', [0x00, 0x01]],
    ['a group', [0x0b]],
  ])('refuses %s', (_what, bytes) => {
    expect(() => readResponse(frameOf(new Uint8Array(bytes)))).toThrow(Error);
  });

  it('refuses a text frame', () => {
    expect(() => readResponse('hello')).toThrow('it is text');
  });

  it('returns, or throws an Error, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          expect(['join', 'leave', 'pong', 'other']).toContain(readResponse(frameOf(bytes)).case);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('messages to the server', () => {
  it('writes a ping, with times beyond 32 bits', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), (timestamp, rtt) => {
        const { message } = SignalRequest.fromBinary(new Uint8Array(writePing(timestamp, rtt)));
        expect(message).toEqual({
          case: 'pingReq',
          value: new Ping({ timestamp: BigInt(timestamp), rtt: BigInt(rtt) }),
        });
      }),
    );
  });

  it('writes a leave that the client initiated', () => {
    const { message } = SignalRequest.fromBinary(new Uint8Array(writeLeave()));
    expect(message).toEqual({
      case: 'leave',
      value: new LeaveRequest({ reason: DisconnectReason.CLIENT_INITIATED }),
    });
  });
});
