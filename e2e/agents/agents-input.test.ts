/** Callers that `swarm agents run` reads from standard input, and input that it refuses. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLiveKit } from '@livekit-swarm/lab';
import { expect, it } from 'vitest';
import { accessTo } from '../support/callers.ts';
import { type Outcome, scratch, startSwarm } from '../support/swarm.ts';

/** Runs `swarm agents run -`. @param scenario for its standard input */
const runFromInput = async (scenario: string, env: Record<string, string>): Promise<Outcome> => {
  const dir = scratch();
  const file = join(dir, 'input.yaml');
  writeFileSync(file, scenario);
  const reading = ['sh', '-c', 'exec "$@" < "$0"', file];
  const swarm = startSwarm(['agents', 'run', '-', '--json'], env, dir, reading);
  return { exit: await swarm.ended, stdout: swarm.stdout(), stderr: swarm.stderr() };
};

const CALLER = `scenario: piped
groups:
  calls:
    executor: constant-rooms
    rooms: 1
    duration: 6s
    roles:
      caller: { publish: audio, conversation: { agent: absent, answerWithin: 2s } }
`;

it('callers are read from standard input, and their missing agent is one finding', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const { exit, stdout, stderr } = await runFromInput(CALLER, accessTo(server));
  const { notes, joins } = JSON.parse(stdout);
  expect(joins, stderr).toMatchObject({ joined: 1 });
  expect(notes.filter(({ code }: { code: string }) => code.startsWith('agent_'))).toMatchObject([
    { code: 'agent_lost', agent: 'absent', state: 'no_job', callers: 1 },
  ]);
  expect(exit).not.toBe(0);
});

it('callers with a wrong key are refused before the run', async () => {
  await using server = await startLiveKit({ dir: scratch() });
  const env = { ...accessTo(server), LIVEKIT_API_SECRET: 'x'.repeat(40) };
  const { exit, stdout, stderr } = await runFromInput(CALLER, env);
  expect(JSON.parse(stdout).error, stderr).toMatchObject({ code: 'unauthorized' });
  expect(exit).toBe(3);
});

it('standard input without callers is refused by agents run', async () => {
  const { exit, stderr } = await runFromInput(CALLER.replace(/, conversation: .*/, ' }'), {});
  expect(stderr).toMatch(/standard input: no role talks with a voice agent/);
  expect(exit).toBe(2);
});
