import { clearInterval, clearTimeout, setInterval, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { readResponse, writeLeave, writePing } from './livekit-rtc.js';
import { joinFailures, joins, joinTime, losses, pingTime, warnOnce } from './metrics.js';
import { explainRejection } from './rejection.js';
import { JOIN_TIMEOUT_MS } from './settings.js';
import { makeToken } from './token.js';

/** Endpoint with protocol 16, that of livekit-client in 2026. */
const ENDPOINT = '/rtc?protocol=16&sdk=js&version=2.23.0&auto_subscribe=0&adaptive_stream=0';
const OPEN = 1;

/**
 * One participant, from joining to leaving: connects, waits for the JoinResponse, pings as the
 * server asks, stays, sends a leave, and closes. The iteration of the virtual user lasts as long as
 * the stay.
 *
 * @param {import('./settings.js').Settings} settings
 * @param {{ room: string, identity: string, stayMs: number }} participant
 */
export const attend = (settings, { room, identity, stayMs }) => {
  const { url } = settings;
  const token = makeToken(settings, room, identity);
  const connectedAt = Date.now();
  // The token is in a header and a name replaces the address, because k6 would make the address a
  // label of every metric.
  const socket = new WebSocket(`${url}${ENDPOINT}`, null, {
    headers: { Authorization: `Bearer ${token}` },
    tags: { name: '/rtc' },
  });
  socket.binaryType = 'arraybuffer';

  /** @type {'connecting' | 'joining' | 'joined' | 'left'} */
  let phase = 'connecting';
  let receivedAt = connectedAt;
  let rttMs = 0;
  let pinging;
  let leaving;
  const joinTimeout = setTimeout(
    () => fail('join_timeout', `no JoinResponse within ${JOIN_TIMEOUT_MS / 1_000} s`),
    JOIN_TIMEOUT_MS,
  );

  const close = () => {
    phase = 'left';
    clearTimeout(joinTimeout);
    clearInterval(pinging);
    clearTimeout(leaving);
    // k6 cannot close a socket that is still connecting; `onopen` does.
    if (socket.readyState === OPEN) socket.close(1000);
  };

  /** Records a join that did not succeed, or a stay that ended early. */
  const fail = (reason, detail) => {
    if (phase === 'left') return;
    (phase === 'joined' ? losses : joinFailures).add(1, { reason });
    warnOnce(reason, detail);
    close();
  };

  const leave = () => {
    losses.add(0);
    socket.send(writeLeave());
    close();
  };

  const ping = (timeoutMs) => {
    const now = Date.now();
    if (now - receivedAt > timeoutMs)
      fail('signal_timeout', `nothing received for ${timeoutMs / 1_000} s`);
    else socket.send(writePing(now, rttMs));
  };

  const enter = (join, at) => {
    if (join.sid === '' || join.identity !== identity) {
      fail('bad_message', `the JoinResponse is for "${join.identity}", not for ${identity}`);
      return;
    }
    phase = 'joined';
    clearTimeout(joinTimeout);
    joinFailures.add(0);
    joins.add(1);
    joinTime.add(at - connectedAt);
    const timeoutMs = join.pingTimeoutS > 0 ? join.pingTimeoutS * 1_000 : Number.POSITIVE_INFINITY;
    if (join.pingIntervalS > 0)
      pinging = setInterval(() => ping(timeoutMs), join.pingIntervalS * 1_000);
    leaving = setTimeout(leave, stayMs);
  };

  socket.onopen = () => {
    if (phase === 'left') socket.close(1000);
    else phase = 'joining';
  };
  // `timestamp` is the arrival of the frame; this virtual user may process it later.
  socket.onmessage = ({ data, timestamp }) => {
    if (phase === 'left') return;
    receivedAt = timestamp;
    let message;
    try {
      message = readResponse(data);
    } catch (error) {
      fail('bad_message', `a frame cannot be read as a SignalResponse: ${error.message}`);
      return;
    }
    if (message.case === 'join' && phase === 'joining') enter(message, timestamp);
    else if (message.case === 'leave')
      fail(message.reason, 'the server disconnected the participant');
    else if (message.case === 'pong') {
      const rtt = Math.max(0, timestamp - message.pingSentAt);
      pingTime.add(rtt);
      rttMs = Math.round(rtt);
    }
  };
  socket.onerror = ({ error }) => {
    if (phase === 'connecting') {
      const { reason, detail } = explainRejection(url, token, error);
      fail(reason, detail);
    } else fail('signal_closed', error);
  };
  socket.onclose = ({ code }) =>
    fail('signal_closed', `the server closed the connection (code ${code ?? 'none'})`);
};
