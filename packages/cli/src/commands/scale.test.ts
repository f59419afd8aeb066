import type { Rehearsal, ScaleMode } from '@livekit-swarm/chaos/scale';
import { expect, it } from 'vitest';
import { runProgram } from '../../test/support/run-program.ts';
import { rehearseEach } from './scale.ts';

const MODES = ['reactive', 'predictive'] as const;

/** Rehearses every mode but these. */
const except =
  (...broken: ScaleMode[]) =>
  async (mode: ScaleMode): Promise<Rehearsal> => {
    if (broken.includes(mode)) throw new Error(`${mode} failed`);
    return { mode } as Rehearsal;
  };

it('keeps the rehearsal before the one that failed', async () => {
  expect(await rehearseEach(MODES, except())).toEqual({
    rehearsals: [{ mode: 'reactive' }, { mode: 'predictive' }],
    failure: null,
  });
  expect(await rehearseEach(MODES, except('predictive'))).toEqual({
    rehearsals: [{ mode: 'reactive' }],
    failure: { error: new Error('predictive failed') },
  });
  await expect(rehearseEach(MODES, except('reactive'))).rejects.toThrow('reactive failed');
});

const LAB = 'examples/scale/evening.yaml';
const DEPLOYED = 'examples/scale/autoscaler.yaml';
const SITE = [
  ...['--kubernetes', 'livekit', '--url', 'ws://127.0.0.1:9', '--api-key', 'key'],
  ...['--api-secret', 'secret-of-a-sufficient-length-000'],
];

it.each([
  ['the autoscaler of no deployment', [DEPLOYED], 'no flag the deployment'],
  ['a deployment for the rules of a lab', [LAB, ...SITE], 'has the rules of a lab'],
  ['a mode of the reference scaler', [DEPLOYED, ...SITE, '--compare'], '--compare is for a lab'],
  ['a server', [DEPLOYED, ...SITE, '--server', '1.13.4'], '--server is for a lab'],
  ['no Redis', [DEPLOYED, ...SITE], 'only in the Redis of the deployment'],
])('refuses %s', async (_, args, message) => {
  expect((await runProgram(['scale', ...args])).error).toContain(message);
});
