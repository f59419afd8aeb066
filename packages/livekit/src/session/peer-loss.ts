import { ReconnectReason } from '@livekit/protocol';
import type { PeerState } from '../media-plane.ts';
import type { ConnectionLoss } from './connection-loss.ts';

/** Loss on purpose: as after a change of network, or as livekit-client simulates a reconnect. */
export const plannedLoss = (way: 'resume' | 'reconnect'): ConnectionLoss => ({
  failure:
    way === 'resume'
      ? {
          reason: 'address_changed',
          message: 'the participant changed its network',
          retryable: true,
        }
      : { reason: 'simulated', message: 'a full reconnect was simulated', retryable: true },
  way,
  cause: ReconnectReason.RR_SIGNAL_DISCONNECTED,
});

/** Loss that a state of a peer connection means; null: none. */
export const peerLoss = (state: PeerState, cause: ReconnectReason): ConnectionLoss | null => {
  switch (state) {
    case 'ice-connected':
    case 'connected':
      return null;
    case 'disconnected': {
      const message = 'the media connection went silent';
      const failure = { reason: 'ice_disconnected', message, retryable: true };
      return { failure, way: 'resume', cause };
    }
    case 'closed': {
      const message = 'the server closed the media connection';
      const failure = { reason: 'peer_closed', message, retryable: true };
      return { failure, way: 'reconnect', cause };
    }
    case 'failed': {
      const message = 'the media engine of the load generator failed; its log has the cause';
      const failure = { reason: 'internal_error', message, retryable: false };
      return { failure, way: 'none', cause };
    }
    case 'no_route': {
      const message =
        'this host has no route to the address family of any media address of the server';
      return { failure: { reason: state, message, retryable: false }, way: 'none', cause };
    }
    case 'no_socket': {
      const message =
        'this host gives no socket for the address family of the media addresses of the server';
      return { failure: { reason: state, message, retryable: true }, way: 'reconnect', cause };
    }
  }
};
