import { DisconnectReason, type LeaveRequest, LeaveRequest_Action } from '@livekit/protocol';
import type { Failure } from './failure.ts';

const SENTENCES: Partial<Record<DisconnectReason, string>> = {
  [DisconnectReason.DUPLICATE_IDENTITY]: 'another participant joined with the same identity',
  [DisconnectReason.SERVER_SHUTDOWN]: 'the server is shutting down',
  [DisconnectReason.PARTICIPANT_REMOVED]: 'the participant was removed through the room service',
  [DisconnectReason.ROOM_DELETED]: 'the room was deleted',
  [DisconnectReason.ROOM_CLOSED]: 'the room was closed',
  [DisconnectReason.STATE_MISMATCH]: 'the server does not know this session any more',
  [DisconnectReason.JOIN_FAILURE]: 'the server could not complete the join',
  [DisconnectReason.MIGRATION]: 'the participant is moved to another node',
  [DisconnectReason.SIGNAL_CLOSE]: 'the server lost the signal connection',
  [DisconnectReason.CONNECTION_TIMEOUT]: 'the server saw no media connection in time',
  [DisconnectReason.MEDIA_FAILURE]: 'the server gave up on the media connection',
};

/**
 * Code of a disconnect reason: the name of its enum value in lower case, `server_shutdown`,
 * `room_deleted`, …; a number that this version does not know becomes `leave_42`.
 */
export const codeOfReason = (reason: DisconnectReason): string =>
  (DisconnectReason[reason] ?? `leave_${reason}`).toLowerCase();

/** Action that the server requests from the client after a LEAVE. */
export type LeaveAction = 'disconnect' | 'resume' | 'reconnect';

export const actionOf = (leave: LeaveRequest): LeaveAction => {
  if (leave.action === LeaveRequest_Action.RESUME) return 'resume';
  // Servers before protocol 13 have no action, only a flag.
  return leave.action === LeaveRequest_Action.RECONNECT || leave.canReconnect
    ? 'reconnect'
    : 'disconnect';
};

export const failureOfLeave = (leave: LeaveRequest): Failure => ({
  reason: codeOfReason(leave.reason),
  message:
    SENTENCES[leave.reason] ?? `the server ended the session (${codeOfReason(leave.reason)})`,
  retryable: actionOf(leave) !== 'disconnect',
});
