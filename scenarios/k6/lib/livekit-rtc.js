// Signalling messages of a participant without media.
import { DISCONNECT_REASONS, decodeSignalResponse, encodeSignalRequest } from './protocol.js';

const CLIENT_INITIATED = 1;

/**
 * @typedef {{ case: 'join', sid: string, identity: string, serverVersion: string, pingIntervalS:
 * number, pingTimeoutS: number }} Join
 * @typedef {{ case: 'leave', reason: string }} Leave
 * @typedef {{ case: 'pong', pingSentAt: number }} Pong `pingSentAt` as it was sent, ms
 * @typedef {{ case: 'other' }} Other rooms, participants and tracks change all the time: a
 * participant without media acts on none of it
 */

/**
 * One frame from the server.
 *
 * @param {ArrayBuffer | string} frame as the WebSocket gives it: text if the other end is not
 * livekit-server
 * @returns {Join | Leave | Pong | Other}
 * @throws Error when it is not a protobuf message
 */
export const readResponse = (frame) => {
  if (typeof frame === 'string') throw new Error('it is text');
  const { join, leave, pongResp } = decodeSignalResponse(new Uint8Array(frame));
  if (join !== undefined)
    return {
      case: 'join',
      sid: join.participant?.sid ?? '',
      identity: join.participant?.identity ?? '',
      serverVersion: join.serverInfo?.version ?? '',
      pingIntervalS: join.pingInterval,
      pingTimeoutS: join.pingTimeout,
    };
  // The reasons are those of packages/livekit.
  if (leave !== undefined)
    return {
      case: 'leave',
      reason: DISCONNECT_REASONS[leave.reason]?.toLowerCase() ?? `leave_${leave.reason}`,
    };
  if (pongResp !== undefined) return { case: 'pong', pingSentAt: pongResp.lastPingTimestamp };
  return { case: 'other' };
};

/**
 * @param {number} timestamp ms
 * @param {number} rtt of the ping before, ms
 * @returns {ArrayBuffer}
 */
export const writePing = (timestamp, rtt) => bufferOf({ pingReq: { timestamp, rtt } });

/**
 * Leave message, without which the server would wait for the participant to reconnect.
 * @returns {ArrayBuffer}
 */
export const writeLeave = () => bufferOf({ leave: { reason: CLIENT_INITIATED } });

/** @param {object} request @returns {ArrayBuffer} k6 sends no views */
const bufferOf = (request) => new Uint8Array(encodeSignalRequest(request)).buffer;
