import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { labFolder, labNames, readState } from './lab-state.ts';
import { stopLab } from './stop-lab.ts';

let cache: string;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'swarm-state-'));
  vi.stubEnv('XDG_CACHE_HOME', cache);
  mkdirSync(labFolder('lab'), { recursive: true });
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const write = (text: string): void => writeFileSync(join(labFolder('lab'), 'lab.json'), text);

it.each(['', '{ "schema": "livekit-swarm/la', 'null'])(
  'treats a state damaged by a power failure as no lab, and removes it: %j',
  async (text) => {
    write(text);
    expect(await readState('lab')).toBeNull();
    expect(await stopLab('lab')).toBe('was-dead');
    expect(await labNames()).toEqual([]);
  },
);

it('does not read a lab of another version', async () => {
  write('{ "schema": "livekit-swarm/lab/99" }');
  await expect(readState('lab')).rejects.toMatchObject({ code: 'bad_state' });
  await expect(stopLab('lab')).rejects.toMatchObject({ code: 'bad_state' });
  expect(await labNames()).toEqual(['lab']);
});
