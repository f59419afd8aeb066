import http from 'k6/http';

const REASONS = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  429: 'rate_limited',
  502: 'bad_gateway',
  503: 'server_full',
  504: 'bad_gateway',
};

/**
 * Explains a failed connection. k6 hides the reason of a rejected WebSocket, so this asks
 * /rtc/validate over plain HTTP, like livekit-client.
 * @param {string} url ws://…
 * @param {string} token
 * @param {string} error of the WebSocket
 * @returns {{ reason: string, detail: string }} `reason`: a code of packages/livekit, for the
 * label; `detail`: a sentence without the token
 */
export const explainRejection = (url, token, error) => {
  if (/x509:|tls:/.test(error)) return { reason: 'tls', detail: `${url}: ${error}` };
  if (!/bad handshake/.test(error)) return { reason: 'unreachable', detail: `${url}: ${error}` };
  const { status, body } = http.get(`${url.replace(/^ws/, 'http')}/rtc/validate`, {
    headers: { Authorization: `Bearer ${token}` },
    tags: { name: '/rtc/validate' },
    // Any answer is a result here; none is a failed request.
    responseCallback: http.expectedStatuses({ min: 200, max: 599 }),
    timeout: '5s',
  });
  const answer = String(body ?? '')
    .replaceAll(token, '***')
    .trim()
    .slice(0, 200);
  if (answer === 'success')
    return {
      reason: 'refused',
      detail: `${url} rejected the connection, but its /rtc/validate accepts the token`,
    };
  if (status === 0)
    return { reason: 'unreachable', detail: `${url}: ${error}, and no answer over HTTP` };
  return {
    reason: reasonOf(status, answer),
    detail: `${url} answered HTTP ${status}${answer === '' ? '' : `: ${answer}`}`,
  };
};

/**
 * Reason of a rejection. livekit-server uses some statuses for several reasons, which only the body
 * distinguishes.
 */
const reasonOf = (status, answer) => {
  if (status === 401 && answer.includes('permissions denied')) return 'forbidden';
  if (status === 404 && answer.includes('requested room does not exist')) return 'room_not_found';
  return REASONS[status] ?? (status >= 500 ? 'server_error' : 'not_livekit');
};
