/** Webhooks and the API of a real livekit-server, compared with a load. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runPresence } from '../support/presence.ts';
import { scratch } from '../support/swarm.ts';

it('finds that webhooks and API of a healthy server agree with its participants', async () => {
  const folder = scratch();
  const config = join(folder, 'livekit.yaml');
  // The rooms close before the default of 20 s is over.
  writeFileSync(config, 'room: { departure_timeout: 1 }\n');
  const { exit, events, findings, webhooks, polls } = await runPresence([
    ...['--server', `+${config}`, '--rooms', '2', '--publish', 'audio,video', '--duration', '4s'],
    // Other programs on the host delay webhooks, too.
    ...['--threshold', 'webhook_delay: p(95)<20s'],
  ]);
  expect(findings).toEqual([]);
  expect(exit).toBe(0);
  expect(events.map(({ event, due, reported, again }) => [event, due, reported, again])).toEqual([
    ['room_started', 2, 2, 0],
    ['participant_joined', 4, 4, 0],
    ['track_published', 8, 8, 0],
    ['track_unpublished', 8, 8, 0],
    ['participant_left', 4, 4, 0],
    ['room_finished', 2, 2, 0],
  ]);
  expect(webhooks.own).toBe(28);
  expect(polls).toMatchObject({ failed: 0 });
});
