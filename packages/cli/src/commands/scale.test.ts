import type { Rehearsal, ScaleMode } from '@livekit-swarm/chaos/scale';
import { expect, it } from 'vitest';
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
