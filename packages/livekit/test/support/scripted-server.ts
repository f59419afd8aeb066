import {
  JoinResponse,
  LeaveRequest,
  type LeaveRequest_Action,
  ParticipantInfo,
  ReconnectResponse,
  ServerInfo,
  SessionDescription,
  SignalTarget,
  TrackInfo,
  TrackPublishedResponse,
  TrickleRequest,
} from '@livekit/protocol';
import type { Deployment } from '../../src/deployment.ts';
import type { Failure } from '../../src/failure.ts';
import { HostResolver } from '../../src/host-resolver.ts';
import { Keepalive } from '../../src/signal/keepalive.ts';
import type {
  RequestMessage,
  ResponseMessage,
  SignalSocketOptions,
} from '../../src/signal/signal-socket.ts';
import { parseServerUrl } from '../../src/url.ts';
import type { FakeClock } from './fake-clock.ts';
import { joinRequestOf } from './join-request.ts';
import { sdpFixture } from './sdp-fixture.ts';

/** One connection, from the side of the scripted server. */
export interface ScriptedConnection {
  readonly endpoint: string;
  readonly isResume: boolean;
  readonly sent: RequestMessage[];
  readonly closed: boolean;
  /** The backend that a load balancer reports; empty at first. */
  backend: string;
  deliver(message: ResponseMessage): void;
  /** Rejects or breaks the connection. */
  end(failure: Partial<Failure>): void;
}

/**
 * A server that a test controls, without delays, for failures that a real server cannot be made to
 * have.
 */
export interface ScriptedServer {
  readonly deployment: Deployment;
  readonly connections: ScriptedConnection[];
  /** Handler of each connection, called when it is made. */
  onConnect: (connection: ScriptedConnection) => void;
}

export const scriptedServer = (
  clock: FakeClock,
  signalling: Deployment['signalling'] = 'v1',
): ScriptedServer => {
  const connections: ScriptedConnection[] = [];
  const server: ScriptedServer = {
    connections,
    onConnect: () => undefined,
    deployment: {
      url: parseServerUrl('ws://127.0.0.1:7880'),
      clock,
      keepalive: new Keepalive(clock),
      signalling,
      resolver: new HostResolver('127.0.0.1', clock),
      connect: (options) => {
        const connection = connectionOf(options);
        connections.push(connection.scripted);
        // Asynchronous, as over a network: never within the call that connects.
        clock.after(1, () => server.onConnect(connection.scripted));
        return connection.client;
      },
    },
  };
  return server;
};

const connectionOf = ({ endpoint, onMessage, onEnd }: SignalSocketOptions) => {
  const sent: RequestMessage[] = [];
  let closed = false;
  const close = () => {
    closed = true;
  };
  const scripted: ScriptedConnection = {
    endpoint,
    isResume: endpoint.startsWith('/rtc/v1')
      ? joinRequestOf(endpoint).reconnect
      : endpoint.includes('reconnect=1'),
    sent,
    backend: '',
    get closed() {
      return closed;
    },
    deliver: (message) => {
      if (!closed) onMessage(message);
    },
    end: (failure) => {
      if (closed) return;
      closed = true;
      onEnd({
        reason: 'signal_closed',
        message: 'the signal connection was closed (code 1006)',
        retryable: true,
        ...failure,
      });
    },
  };
  const client = {
    get backend() {
      return scripted.backend;
    },
    send: (message: RequestMessage) => sent.push(message),
    keepAlive: () => undefined,
    abandon: close,
    close,
  };
  return { scripted, client };
};

/** @param codecs that the room allows; default: the server names none */
export const joinResponse = (sid = 'PA_self', codecs: readonly string[] = []): ResponseMessage => ({
  case: 'join',
  value: new JoinResponse({
    enabledPublishCodecs: codecs.map((mime) => ({ mime })),
    participant: new ParticipantInfo({ sid, identity: 'self' }),
    subscriberPrimary: true,
    serverInfo: new ServerInfo({ nodeId: 'ND_1', version: '1.13.4', region: 'eu' }),
  }),
});

export const reconnectResponse = (): ResponseMessage => ({
  case: 'reconnect',
  value: new ReconnectResponse(),
});

export const trackPublished = (cid: string, sid: string): ResponseMessage => ({
  case: 'trackPublished',
  value: new TrackPublishedResponse({ cid, track: new TrackInfo({ sid }) }),
});

/** The captured answer with other ICE credentials. */
export const answer = (id: number, ufrag = 'SmaObsPCEqkysiDx'): ResponseMessage => ({
  case: 'answer',
  value: new SessionDescription({
    type: 'answer',
    id,
    sdp: sdpFixture('answer-v1-1.13.4').replaceAll('SmaObsPCEqkysiDx', ufrag),
  }),
});

/** Description of a server that sends its candidates later. */
export const openAnswer = (id: number): ResponseMessage => {
  const sdp = sdpFixture('answer-v1-1.13.4').replaceAll(
    /^a=(candidate:|end-of-candidates).*\r?\n/gm,
    '',
  );
  return { case: 'answer', value: new SessionDescription({ type: 'answer', id, sdp }) };
};

export const trickle = (candidate: string, final: boolean): ResponseMessage => ({
  case: 'trickle',
  value: new TrickleRequest({
    candidateInit: JSON.stringify({ candidate }),
    target: SignalTarget.PUBLISHER,
    final,
  }),
});

export const leave = (reason: number, action: LeaveRequest_Action): ResponseMessage => ({
  case: 'leave',
  value: new LeaveRequest({ reason, action }),
});
