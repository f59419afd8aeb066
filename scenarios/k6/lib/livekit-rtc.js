// What a participant without media says and hears. Names and field numbers are those of livekit_rtc.proto and livekit_models.proto.
import { asciiOf, messageOf, numberOf, readFields, writeMessage, writeNumber } from './wire.js';

export const FIELDS = {
  SignalRequest: { leave: 8, ping_req: 16 },
  SignalResponse: { join: 1, leave: 8, pong_resp: 20 },
  JoinResponse: { participant: 2, ping_timeout: 10, ping_interval: 11, server_info: 12 },
  ParticipantInfo: { sid: 1, identity: 2 },
  ServerInfo: { version: 2 },
  LeaveRequest: { reason: 2 },
  Ping: { timestamp: 1, rtt: 2 },
  Pong: { last_ping_timestamp: 1 },
};

/** DisconnectReason, in the order of its numbers; the words are those of packages/livekit. */
export const DISCONNECT_REASONS = [
  'unknown_reason',
  'client_initiated',
  'duplicate_identity',
  'server_shutdown',
  'participant_removed',
  'room_deleted',
  'state_mismatch',
  'join_failure',
  'migration',
  'signal_close',
  'room_closed',
];

/**
 * @typedef {{ case: 'join', sid: string, identity: string, serverVersion: string, pingIntervalS: number, pingTimeoutS: number }} Join
 * @typedef {{ case: 'leave', reason: string }} Leave
 * @typedef {{ case: 'pong', pingSentAt: number }} Pong `pingSentAt` as it was sent, ms
 * @typedef {{ case: 'other' }} Other rooms, participants and tracks change all the time: nothing a participant without media acts on
 */

/**
 * One frame from the server.
 *
 * @param {ArrayBuffer | string} frame as the WebSocket gives it: text where the other end is no livekit-server
 * @returns {Join | Leave | Pong | Other}
 * @throws Error when it is no protobuf message
 */
export const readResponse = (frame) => {
  if (typeof frame === 'string') throw new Error('it is text');
  const response = readFields(new Uint8Array(frame));
  const { join, leave, pong_resp } = FIELDS.SignalResponse;
  if (response.has(join)) return readJoin(messageOf(response, join));
  if (response.has(leave)) {
    const reason = numberOf(messageOf(response, leave), FIELDS.LeaveRequest.reason);
    return { case: 'leave', reason: DISCONNECT_REASONS[reason] ?? `leave_${reason}` };
  }
  if (response.has(pong_resp))
    return {
      case: 'pong',
      pingSentAt: numberOf(messageOf(response, pong_resp), FIELDS.Pong.last_ping_timestamp),
    };
  return { case: 'other' };
};

/** @param {import('./wire.js').Fields} join @returns {Join} */
const readJoin = (join) => {
  const { participant, ping_timeout, ping_interval, server_info } = FIELDS.JoinResponse;
  const info = messageOf(join, participant);
  return {
    case: 'join',
    sid: asciiOf(info, FIELDS.ParticipantInfo.sid),
    identity: asciiOf(info, FIELDS.ParticipantInfo.identity),
    serverVersion: asciiOf(messageOf(join, server_info), FIELDS.ServerInfo.version),
    pingIntervalS: numberOf(join, ping_interval),
    pingTimeoutS: numberOf(join, ping_timeout),
  };
};

/** @param {number} timestamp ms @param {number} rtt of the ping before, ms @returns {ArrayBuffer} */
export const writePing = (timestamp, rtt) =>
  frame(
    writeMessage(FIELDS.SignalRequest.ping_req, [
      ...writeNumber(FIELDS.Ping.timestamp, timestamp),
      ...writeNumber(FIELDS.Ping.rtt, rtt),
    ]),
  );

/** "I am going": without it the server would wait for us to come back. @returns {ArrayBuffer} */
export const writeLeave = () => {
  const reason = DISCONNECT_REASONS.indexOf('client_initiated');
  return frame(
    writeMessage(FIELDS.SignalRequest.leave, writeNumber(FIELDS.LeaveRequest.reason, reason)),
  );
};

/** @param {number[]} bytes @returns {ArrayBuffer} */
const frame = (bytes) => new Uint8Array(bytes).buffer;
