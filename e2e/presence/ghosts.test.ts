/** Participants that go without a word, and a real livekit-server that lists them until it notices. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPresence } from '../support/presence.ts';
import { scratch } from '../support/swarm.ts';

it('finds for how long the API lists participants that go without a word', async () => {
  const file = join(scratch(), 'vanish.yaml');
  writeFileSync(
    file,
    `scenario: vanish
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 4s
    roles:
      caller: { count: 2, publish: audio, departure: disappear }
`,
  );
  const { exit, findings, events, isImpaired } = await runPresence([
    ...[file, '--embedded', '--wait', '90s'],
  ]);
  expect(exit).toBe(isImpaired ? 98 : 99);
  // It notices after seconds, and then reports all of it.
  expect(findings).toMatchObject(Array(2).fill({ code: 'ghost', end: 'vanished', isOver: true }));
  expect(events.find(({ event }) => event === 'participant_left')).toMatchObject({
    ...{ due: 2, reported: 2, again: 0, delayP50Ms: null },
  });
});
