import { expect, test } from 'vitest';
import { problemText } from './problem-text.ts';

test('a problem names the address, the status and the cause', () => {
  const url = 'https://cdn.example.com/a.m3u8';
  expect(problemText({ code: 'http_status', url, status: 404, detail: null })).toBe(
    `${url}: HTTP 404`,
  );
  expect(problemText({ code: 'tls', url, status: null, detail: 'CERT_HAS_EXPIRED' })).toBe(
    `${url}: no TLS connection (CERT_HAS_EXPIRED)`,
  );
});
