import type { Checked, Verification } from '@livekit-swarm/verify';
import { expect, test } from 'vitest';
import { VERIFY_REPORTERS } from './index.ts';

const { text, junit } = VERIFY_REPORTERS;

const checked = (given: Partial<Checked> & Pick<Checked, 'id' | 'outcome'>): Checked => ({
  ...{ title: `${given.id} is right`, evidence: [], reason: null, cause: null, fix: null },
  seconds: 0.1,
  ...given,
});

const found = { evidence: ['seen'], cause: 'a cause', fix: 'a fix' };
const verification: Verification = {
  ...{ url: 'wss://livekit.example.com', verdict: 'failed', exitCode: 99 },
  checks: [
    checked({ id: 'dns', outcome: 'passed', evidence: ['192.0.2.1'] }),
    checked({ id: 'udp', outcome: 'error', ...found }),
    checked({ id: 'ice-tcp', outcome: 'warning', ...found }),
    checked({ id: 'turn', outcome: 'unknown', reason: 'no answer' }),
    checked({ id: 'idle', outcome: 'skipped', reason: 'takes its time' }),
  ],
};

test('shows evidence, cause and fix of what was found, and why a check was skipped', () => {
  expect(text.render(verification)).toBe(`Configuration of wss://livekit.example.com

  ✓  dns      dns is right
              192.0.2.1
  ✗  udp      seen
              expected: udp is right
              cause: a cause
              → a fix
  !  ice-tcp  seen
              expected: ice-tcp is right
              cause: a cause
              → a fix
  ?  turn     turn is right
              could not be checked: no answer
  –  idle     idle is right
              not checked: takes its time

Failed: 1 check passed, 1 skipped
Errors: udp
Warnings: ice-tcp
Could not be checked: turn
`);
});

test('checks that were skipped for the same reason share a line', () => {
  const skipped = ['tls', 'clock', 'turn', 'idle'].map((id) =>
    checked({ id, outcome: 'skipped', reason: id === 'idle' ? 'takes its time' : 'needs dns' }),
  );
  const checks = [checked({ id: 'dns', outcome: 'error', ...found }), ...skipped];
  const lines = text.render({ ...verification, checks });
  expect(lines).toContain(`
  –  idle      idle is right
               not checked: takes its time
  –  3 checks  not checked: needs dns
               tls, clock, turn
`);
});

test('JUnit: an error fails, a warning passes with its text, what is not known is an error', () => {
  const xml = junit.render(verification);
  expect(xml).toContain('tests="5" failures="1" errors="1"');
  expect(xml).toContain('<skipped');
  expect(xml).toMatch(/name="ice-tcp"[^>]*>\s*<system-out>seen/);
});
