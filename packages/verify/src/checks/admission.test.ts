import { rejectionOf } from '@livekit-swarm/livekit';
import { describe, expect, it } from 'vitest';
import { outcomeOf, SERVER } from '../../test/support/check-facts.ts';
import { admissionRule } from './admission.ts';
import { websocketRule } from './websocket.ts';

describe('admission', () => {
  const rejected = (
    reason:
      | 'unauthorized'
      | 'no_route'
      | 'server_full'
      | 'room_not_found'
      | 'bad_gateway'
      | 'wrong_path',
  ) => ({
    ok: false as const,
    rejection: { reason, message: 'no', retryable: false },
  });
  it('reports answers of the deployment, and not errors of this host', () => {
    expect(outcomeOf(admissionRule({ ok: true, signalling: 'v1' }))).toBe('passed');
    expect(outcomeOf(admissionRule(rejected('unauthorized')))).toBe('error');
    expect(outcomeOf(admissionRule(rejected('no_route')))).toBe('unknown');
    // The outage of a proxy is never a pass.
    expect(outcomeOf(admissionRule(rejected('bad_gateway')))).toBe('error');
    // A server with room.auto_create: false accepts the token before it looks for the room.
    expect(admissionRule(rejected('room_not_found'))).toEqual({
      outcome: 'passed',
      evidence: [expect.any(String), expect.stringContaining('room.auto_create: false')],
    });
    // Browsers join at /rtc, by their fallback.
    const { rejection } = rejected('wrong_path');
    expect(admissionRule({ ok: true, signalling: 'v0', belowRtc: rejection })).toMatchObject({
      outcome: 'found',
      severity: 'warning',
      evidence: [expect.stringContaining('(wrong_path)')],
    });
    // The check of limits reports this.
    expect(outcomeOf(admissionRule(rejected('server_full')))).toBe('passed');
  });

  it.each([
    [{ status: 502, body: '<html><hr><center>nginx</center></html>' }, 'browsers do not join'],
    [{ status: 200, body: '<!doctype html><title>Meet</title>' }, 'browsers do not join'],
    [{ status: 431, body: '' }, 'browsers may join, as they send the token in the URL'],
    [
      { status: 302, body: '', headers: { location: 'https://sso.example.com/login' } },
      'browsers do not join, unless they are logged in there',
    ],
  ])('states what the answer %j of a proxy means for browsers', (received, browsers) => {
    const answer = { headers: {}, ...received };
    const rejection = rejectionOf(answer, { url: `${SERVER}/rtc/v1/validate` }, SERVER);
    expect(admissionRule({ ok: false, rejection })).toMatchObject({
      cause: expect.stringMatching(new RegExp(`; ${browsers}$`)),
    });
    expect(websocketRule(rejection)).toMatchObject({
      cause: expect.stringMatching(new RegExp(`; ${browsers}$`)),
    });
  });

  it('states nothing of browsers where livekit-server itself refused', () => {
    const answer = { status: 401, headers: { vary: 'Origin' }, body: 'invalid API key: x' };
    const rejection = rejectionOf(answer, { url: `${SERVER}/rtc/v1/validate` }, SERVER);
    expect(admissionRule({ ok: false, rejection })).not.toHaveProperty('cause');
  });
});
