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
 * Why there was no connection. A WebSocket that is refused does not say so in k6, so the server is asked the same in plain HTTP, as livekit-client does.
 *
 * @param {string} url ws://…
 * @param {string} token
 * @param {string} error as the WebSocket told it
 * @returns {{ reason: string, detail: string }} a short stable word (those of packages/livekit) for the label, and a sentence without the token
 */
export const explainRefusal = (url, token, error) => {
  if (/x509:|tls:/.test(error)) return { reason: 'tls', detail: `${url}: ${error}` };
  if (!/bad handshake/.test(error)) return { reason: 'unreachable', detail: `${url}: ${error}` };
  const { status, body } = http.get(`${url.replace(/^ws/, 'http')}/rtc/validate`, {
    headers: { Authorization: `Bearer ${token}` },
    tags: { name: '/rtc/validate' },
    // Whatever it answers is what we want to know: not a failed request.
    responseCallback: http.expectedStatuses({ min: 200, max: 599 }),
    timeout: '5s',
  });
  const said = String(body ?? '')
    .replaceAll(token, '***')
    .trim()
    .slice(0, 200);
  if (said === 'success')
    return {
      reason: 'refused',
      detail: `${url} turned the connection down, but says that it would let us in`,
    };
  if (status === 0)
    return { reason: 'unreachable', detail: `${url}: ${error}, and no answer over HTTP` };
  return {
    reason: reasonOf(status, said),
    detail: `${url} answered HTTP ${status}${said === '' ? '' : `: ${said}`}`,
  };
};

/** livekit-server tells some things that share a status apart by their words. */
const reasonOf = (status, said) => {
  if (status === 401 && said.includes('permissions denied')) return 'forbidden';
  if (status === 404 && said.includes('requested room does not exist')) return 'room_not_found';
  return REASONS[status] ?? (status >= 500 ? 'server_error' : 'not_livekit');
};
