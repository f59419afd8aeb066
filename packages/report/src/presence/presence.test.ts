import { expect, test } from 'vitest';
import { presenceSample } from '../../test/support/samples.ts';
import { renderPresence } from './text.ts';

test('shows every finding with its time and subject, and each kind of event', () => {
  const text = renderPresence(presenceSample()).replaceAll(/\n {4}/g, ' ');
  const name = 'a"<script>alert(1)</script>';
  for (const line of [
    '4 sessions in 2 rooms. 29 webhooks arrived about them, and 3 about others; the API answered 60 times, and did not answer 2 times',
    `0:00.1: ${name} was connected, and the API did not list it in r for 2,400 ms or more`,
    `0:02: participant_joined of ${name} in swarm-a-1 was reported of a session that the participant never had`,
    `0:02.1: participant_joined of ${name} in swarm-a-1 was reported by a second event, with an id of its own`,
    `0:10.5: participant_joined of ${name} in swarm-a-1: it arrived after participant_left`,
    `0:11.5: track_published of ${name} (audio) in swarm-a-1 was delivered 2 times more, with the same id`,
    `0:20: ${name} had gone without a word, and the API still listed it in r for 17.5 s or more; not over at the end`,
    '  - room_finished of swarm-a-1 was not reported',
    '1 not reported, 1 delivered again, 1 reported twice, 1 of no session, 1 out of order, 1 not listed, 1 listed after the end:',
    'Verdict: failed',
  ])
    expect(text.replaceAll('\n', ' ')).toContain(line);
  expect(text).toMatch(/room_finished +2 +1 +0/);
  expect(text).toMatch(/presence_ghost_time: max<5000 +17.5 s +< 5,000 ms +crossed/);
});

test('states that there was nothing to compare', () => {
  const sample = presenceSample();
  const presence = { ...sample.presence, sessions: 0, findings: [] };
  const text = renderPresence({ ...sample, presence, isImpaired: true });
  expect(text).toContain('No participant joined.');
  expect(text).toContain('There was nothing to compare');
  expect(text).toContain('This host was slow');
});

test('states that the API never answered', () => {
  const sample = presenceSample();
  const presence = { ...sample.presence, polls: { answered: 0, failed: 12 } };
  expect(renderPresence({ ...sample, presence })).toContain('The API never answered');
  expect(renderPresence(sample)).not.toContain('The API never answered');
});
