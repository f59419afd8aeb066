import { expect, test } from 'vitest';
import { MessageLog } from './message-log.ts';

const INVITE = [
  'INVITE sip:100@127.0.0.1:5099 SIP/2.0',
  'Via: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bK-1',
  'Call-ID: swarm-abc-1@127.0.0.1',
  'CSeq: 1 INVITE',
  'Content-Length: 17',
  '',
  'v=0\r\ns=ä-----\r\n',
].join('\r\n');
const RINGING = 'SIP/2.0 180 Ringing\r\ni: swarm-abc-1@127.0.0.1\r\nCSeq:1 INVITE\r\n\r\n';
const bytes = (text: string): number => Buffer.byteLength(text);

/** A log of SIPp 3.6.1, which writes the length in two forms, one for each direction. */
const LOG = Buffer.from(
  `----------------------------------------------- 2026-11-27 18:46:27.873272
UDP message sent (${bytes(INVITE)} bytes):

${INVITE}
----------------------------------------------- 2026-11-27 18:46:27.873331
UDP message received [${bytes(RINGING)}] bytes :

${RINGING}
`,
);

test.each([1, 7, 10_000])('reads messages in pieces of %i bytes', (size) => {
  const log = new MessageLog();
  const messages = [];
  for (let at = 0; at < LOG.length; at += size)
    messages.push(...log.add(LOG.subarray(at, at + size)));
  const call = { callId: 'swarm-abc-1@127.0.0.1', method: 'INVITE', sequence: 1 };
  expect(messages).toMatchObject([
    { ...call, isSent: true, status: null, body: 'v=0\r\ns=ä-----\r\n' },
    { ...call, isSent: false, status: 180, body: '' },
  ]);
  const [sent, received] = messages.map(({ atMs }) => atMs);
  expect(sent).toBeCloseTo(Date.UTC(2026, 10, 27, 18, 46, 27) + 873.272, 2);
  expect((received ?? 0) - (sent ?? 0)).toBeCloseTo(0.059, 2);
});

test('skips what is not SIP', () => {
  const entry = `----------------------------------------------- 2026-11-27 18:46:27.873272
UDP message received [4] bytes :

\r\n\r\n`;
  expect(new MessageLog().add(Buffer.from(entry + LOG.toString()))).toHaveLength(2);
});
