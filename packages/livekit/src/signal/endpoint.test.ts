import { ReconnectReason, SessionDescription } from '@livekit/protocol';
import { expect, test } from 'vitest';
import { joinRequestOf } from '../../test/support/join-request.ts';
import { joinEndpoint, resumeEndpoint, validateEndpoint } from './endpoint.ts';

const settings = { autoSubscribe: true, adaptiveStream: false };

test('v0 joins with parameters', () => {
  const endpoint = joinEndpoint('v0', { ...settings, addTracks: [], offer: null });
  expect(endpoint).toMatch(/^\/rtc\?/);
  expect(Object.fromEntries(new URLSearchParams(endpoint.split('?')[1]))).toMatchObject({
    protocol: '16',
    sdk: 'js',
    auto_subscribe: '1',
    adaptive_stream: '0',
  });
});

test('v0 resumes by sid', () => {
  const endpoint = resumeEndpoint('v0', {
    ...settings,
    participantSid: 'PA_1',
    reason: ReconnectReason.RR_SIGNAL_DISCONNECTED,
  });
  expect(Object.fromEntries(new URLSearchParams(endpoint.split('?')[1]))).toMatchObject({
    reconnect: '1',
    sid: 'PA_1',
    reconnect_reason: '1',
  });
});

test('v1 joins and offers in one message', () => {
  const offer = new SessionDescription({ type: 'offer', sdp: 'v=0\r\n', id: 1 });
  const request = joinRequestOf(joinEndpoint('v1', { ...settings, addTracks: [], offer }));
  expect(request.publisherOffer).toMatchObject({ type: 'offer', id: 1 });
  expect(request.connectionSettings).toMatchObject(settings);
  expect(request.clientInfo).toMatchObject({ browser: 'livekit-swarm', protocol: 16 });
});

test('v1 resumes by sid', () => {
  const request = joinRequestOf(
    resumeEndpoint('v1', {
      ...settings,
      participantSid: 'PA_1',
      reason: ReconnectReason.RR_PUBLISHER_FAILED,
    }),
  );
  expect(request).toMatchObject({
    reconnect: true,
    participantSid: 'PA_1',
    reconnectReason: ReconnectReason.RR_PUBLISHER_FAILED,
  });
});

test('validates without a token in the address', () => {
  expect(validateEndpoint('v0')).toBe('/rtc/validate');
  expect(validateEndpoint('v1')).toMatch(/^\/rtc\/v1\/validate\?join_request=/);
});
