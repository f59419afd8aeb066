// Runs a hostile client in a separate process. It holds connections in every way that costs the
// exporter resources, opens them again when they are closed, and floods webhooks and beacons from a
// second address. It ends with its parent.
import { Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { connect } from 'node:net';
import { bodyOf, tokenFor } from './clients/reporter.ts';

const [url = '', held = '0', floods = '0'] = process.argv.slice(2);
const { port, protocol } = new URL(url);
const isTls = protocol === 'https:';
const forged = (await tokenFor('room')).replace(/.{4}$/, 'AAAA');

const slowBody = (path: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${forged}\r\nContent-Length: 60000\r\n\r\n{`;
const PIPELINED = 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(20);
/** First bytes of connections; with TLS, they end within the handshake. */
const OPENINGS = isTls
  ? ['', '\x16\x03\x01\x02\x00\x01', 'GET / HTTP/1.1\r\n']
  : [
      '',
      'GET / HTTP/1.1\r\nHost: x\r\n',
      slowBody('/webhook/prod'),
      slowBody('/beacon'),
      PIPELINED,
    ];

const AGAIN_AFTER_MS = 5_000;
let opened = 0;

const hold = (number: number): void => {
  const socket = connect({ port: Number(port), host: '127.0.0.1' });
  // The client sends slowly: a header line, or a byte of the body, per second.
  const timer = setInterval(() => socket.write('X: x\r\n'), 1_000);
  socket.on('error', () => {});
  socket.on('connect', () => {
    opened++;
    socket.write(OPENINGS[number % OPENINGS.length] ?? '', 'latin1');
  });
  // The client reads no response.
  socket.pause();
  socket.on('close', () => {
    clearInterval(timer);
    setTimeout(hold, AGAIN_AFTER_MS * (0.5 + Math.random()), number);
  });
};

const agent = new (isTls ? TlsAgent : PlainAgent)({ keepAlive: true });
const flood = (number: number): void => {
  const isWebhook = number % 2 === 0;
  const body = isWebhook ? '{"event":"room_started"}' : JSON.stringify(bodyOf());
  const send = isTls ? tlsRequest : plainRequest;
  const asked = send(`${url}${isWebhook ? '/webhook/prod' : '/beacon'}`, {
    method: 'POST',
    agent,
    // From the same address, the held connections would replace these.
    localAddress: '127.0.0.5',
    rejectUnauthorized: false,
    headers: {
      authorization: isWebhook ? forged : `Bearer ${forged}`,
      'content-length': Buffer.byteLength(body),
    },
  });
  asked.on('response', (response) => response.resume().on('close', () => flood(number)));
  asked.on('error', () => setTimeout(flood, 100, number));
  asked.end(body);
};

for (let number = 0; number < Number(held); number++) hold(number);
for (let number = 0; number < Number(floods); number++) flood(number);
setInterval(() => process.send?.({ opened }), 250);
process.on('disconnect', () => process.exit());
