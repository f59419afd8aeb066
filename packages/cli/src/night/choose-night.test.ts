import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseServerSpec } from '@livekit-swarm/campaign/server';
import { afterAll, describe, expect, it } from 'vitest';
import type { DeploymentChoice } from '../chaos/deployment-choice.ts';
import { beginNight, type NightChoice, resumeNight } from './choose-night.ts';
import { writeNightState } from './night-state.ts';

const dir = mkdtempSync(join(tmpdir(), 'swarm-choose-night-'));
afterAll(() => rmSync(dir, { recursive: true }));

const config = (text: string): string => {
  const file = join(dir, 'server.yaml');
  writeFileSync(file, text);
  return file;
};
const lab = (server: string | null): DeploymentChoice => ({
  type: 'embedded',
  server: server === null ? null : parseServerSpec(server),
});
const choice = (server: string | null, history?: string): NightChoice => ({
  given: join(dir, 'night'),
  seed: null,
  history,
  deployment: lab(server),
});

/** Begins a night, then chooses the one to continue. */
const resumed = async (begun: NightChoice, later: NightChoice): Promise<string> => {
  const { folder, state } = beginNight([], begun);
  await writeNightState(folder, state);
  return resumeNight([], later).state.history;
};

describe('a night that is continued', () => {
  it('has the history that it began with', async () => {
    const history = join(dir, 'mine.ndjson');
    expect(await resumed(choice(null, history), choice(null))).toBe(history);
    expect(await resumed(choice(null, history), choice(null, history))).toBe(history);
    expect(await resumed(choice(null), choice(null, 'records/night/history.ndjson'))).toBe(
      resolve('records/night/history.ndjson'),
    );
  });

  it('refuses another history, which lacks its drills', async () => {
    await expect(resumed(choice(null), choice(null, 'other.ndjson'))).rejects.toThrow(
      /--history .*history\.ndjson, not other\.ndjson/,
    );
  });

  it.each([
    ['1.13.4', '1.11.0', /embedded lab, server 1\.13\.4, not embedded lab, server 1\.11\.0/],
    [null, '1.11.0', /is on embedded lab, not embedded lab, server 1\.11\.0/],
    ['1.13.4', null, /server 1\.13\.4, not embedded lab/],
    ['mine=1.13.4', 'mine=1.11.0', /has livekit-server 1\.13\.4, not livekit-server 1\.11\.0/],
  ])('refuses another server: %s, then %s', async (before, later, why) => {
    await expect(resumed(choice(before), choice(later))).rejects.toThrow(why);
  });

  it('refuses a server whose configuration was changed', async () => {
    const spec = `1.13.4+${config('rtc: { packet_buffer_size_audio: 7 }\n')}`;
    const begun = choice(spec);
    expect(await resumed(begun, choice(spec))).toContain('history.ndjson');
    config('rtc: { packet_buffer_size_audio: 8 }\n');
    await expect(resumed(begun, choice(spec))).rejects.toThrow(
      /the configuration of .*server\.yaml was changed/,
    );
  });
});
