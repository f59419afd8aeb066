import type { Failure } from '@livekit-swarm/livekit';
import type { MediaPath } from '@livekit-swarm/scenario';
import type { PathFailureCode, PathKind } from '@livekit-swarm/webrtc';

/** Failure of a path that the pump reports. */
export interface FailedPath {
  path: PathKind;
  code: PathFailureCode;
  server: string;
  message: string;
}

/** Settings that cause failures of a path, by reason. */
export const SETTINGS = {
  udp_not_offered:
    'use --path ice-tcp, as clients of this server do; for UDP remove rtc.force_tcp, and set rtc.udp_port or a range that is not used up (rtc.port_range_start, rtc.port_range_end)',
  udp_ports_exhausted:
    'widen rtc.port_range_start to rtc.port_range_end, of which each participant takes one port or more; or set rtc.udp_port, which all share',
  no_candidates:
    'check whether all UDP ports from rtc.port_range_start to rtc.port_range_end are in use, and whether rtc.interfaces and rtc.ips leave an address',
  ice_tcp_refused:
    'livekit-server announces the port that it listens on: rtc.tcp_port must be the port that users reach, so a forwarded port must have the same number',
  ice_tcp_no_answer:
    'let TCP pass to rtc.tcp_port; livekit-server announces the port that it listens on, so a forwarded port must have the same number',
  turn_refused: 'check that the TURN server runs, and its port',
  turn_no_answer: 'check turn.udp_port, turn.tls_port or rtc.turn_servers, and the firewall',
  turn_tls: 'check turn.cert_file and turn.domain; certificates of your own CA: --ca',
  turn_unauthorized:
    'they expire: check turn.ttl_seconds, the secret of rtc.turn_servers, and the clocks',
  turn_stale: 'check stale-nonce of coturn, and that one address leads to one TURN server',
  turn_peer_refused:
    'since livekit-server 1.12 private addresses need turn.allow_restricted_peer_cidrs; coturn: allowed-peer-ip',
  turn_quota:
    'check user-quota and total-quota of coturn, or the relay ports (turn.relay_range_start, turn.relay_range_end)',
  turn_error: 'look into the log of the TURN server',
} as const;

/** Setting that causes a failure of a path; null: the failure is not one of a path. */
export const settingOfFailure = (reason: string): string | null =>
  Object.entries(SETTINGS).find(([known]) => known === reason)?.[1] ?? null;

/** Failure for the record: a reason that can be counted, and the setting that causes it. */
export const failureOfPath = ({ path, code, server, message }: FailedPath): Failure => {
  const what = path === 'ice-tcp' ? `ICE/TCP at ${server}` : `TURN server ${server} (${path})`;
  const fail = (reason: keyof typeof SETTINGS, text: string, retryable = true): Failure => ({
    reason,
    message: `${what}: ${text}`,
    hint: SETTINGS[reason],
    retryable,
  });
  switch (code) {
    case 'tcp_refused':
      return fail(path === 'ice-tcp' ? 'ice_tcp_refused' : 'turn_refused', message);
    case 'no_answer':
      return fail(path === 'ice-tcp' ? 'ice_tcp_no_answer' : 'turn_no_answer', 'no answer');
    case 'turn_tls':
      return fail('turn_tls', `TLS handshake failed (${message})`, false);
    case 'turn_unauthorized':
      return fail('turn_unauthorized', `does not accept the credentials (${message})`);
    case 'turn_stale':
      return fail('turn_stale', `the nonce stays stale (${message})`);
    case 'turn_peer_refused':
      return fail('turn_peer_refused', `does not relay to the node (${message})`, false);
    case 'turn_quota':
      return fail('turn_quota', `has no allocation left (${message})`);
    case 'turn_error':
      return fail('turn_error', message);
  }
};

/** Failure of a path that the deployment does not offer. */
export const notOffered = (path: MediaPath): Failure =>
  path === 'ice-tcp'
    ? {
        reason: 'ice_tcp_not_offered',
        message: 'the server has no candidate for ICE over TCP',
        hint: 'set rtc.tcp_port',
        retryable: false,
      }
    : {
        reason: 'turn_not_offered',
        message: `the server offers no TURN server for ${path}`,
        hint: NOT_OFFERED_HINTS[path] ?? 'set turn.enabled, or rtc.turn_servers',
        retryable: false,
      };

const NOT_OFFERED_HINTS: Partial<Record<MediaPath, string>> = {
  'turn-udp': 'set turn.enabled and turn.udp_port, or rtc.turn_servers with protocol udp',
  'turn-tcp': 'set rtc.turn_servers with protocol tcp',
  'turn-tls':
    'set turn.enabled, turn.domain and turn.tls_port, or rtc.turn_servers with protocol tls',
};
