/**
 * Every alert that a fault on one machine can raise, raised: a real cluster, the shipped rules in a real Prometheus, a real Alertmanager, a webhook that it
 * reaches, and real faults. So that this ends within minutes, the rules run on a faster clock: every `for` and every range is divided (see
 * support/drill/pace.ts); thresholds and queries are the shipped ones. `npm run alerts:real -- --scale 1` takes them as they are.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { provisionLiveKit } from '@livekit-swarm/lab';
import { beforeAll, describe, expect, test } from 'vitest';
import { ALERTS } from '../src/alerts/index.ts';
import type { Act } from './support/drill/act.ts';
import { whyNoOwnNetwork } from './support/drill/own-network.ts';
import type { Story } from './support/drill/play.ts';
import { MEDIA_SCENES, NOT_RAISED, PROGRAM_SCENES, SCENES } from './support/drill/scenes.ts';

const PROGRAM = fileURLToPath(new URL('./support/drill/main.ts', import.meta.url));
const SCALE = 30;
const LONGEST_MS = 420_000;

const acts = SCENES.flat();
const why = await whyNoOwnNetwork();

test('an alert is raised by a fault, or it is said why not', () => {
  const raised = acts.flatMap(({ fires }) => fires);
  expect([...new Set(raised), ...Object.keys(NOT_RAISED)].toSorted()).toEqual(
    ALERTS.map(({ name }) => name).toSorted(),
  );
});

/** Plays faults on a deployment of their own. */
const playAlone = (scenes: readonly (readonly Act[])[]): Promise<{ story: Story; said: string }> =>
  new Promise((resolve, reject) => {
    const names = scenes.flat().map(({ name }) => name);
    const args = [PROGRAM, '--json', '--scale', String(SCALE), '--only', names.join(',')];
    execFile(
      process.execPath,
      args,
      { timeout: LONGEST_MS, maxBuffer: 1e8 },
      (error, stdout, said) => {
        // It ends with 1 for an alert that did not come: which one is for the tests to say.
        if (stdout === '')
          reject(new Error(`the faults were not played: ${error?.message} ${said}`));
        else resolve({ story: JSON.parse(stdout) as Story, said });
      },
    );
  });

describe('faults, and what a webhook is told of them', () => {
  let stories: Story[];
  let said: string;

  beforeAll(async () => {
    if (why !== null) return;
    await provisionLiveKit({});
    const played = await Promise.all([playAlone(MEDIA_SCENES), playAlone(PROGRAM_SCENES)]);
    stories = played.map(({ story }) => story);
    said = played.map((one) => one.said).join('\n');
  }, LONGEST_MS + 60_000);

  test('nothing is told while nothing is wrong, and then nothing that is not so', ({ skip }) => {
    skip(why !== null, why ?? '');
    for (const { quietSeconds, wrong } of stories) {
      expect(quietSeconds).toBeGreaterThanOrEqual(20);
      expect(wrong, said).toEqual([]);
    }
  });

  test.for(acts)('$name: $fault', ({ name, fires, resolves }, { skip }) => {
    skip(why !== null, why ?? '');
    const rows = stories.flatMap(({ rows: all }) => all).filter(({ act }) => act === name);
    expect(rows.map(({ alert }) => alert)).toEqual(fires);
    for (const { alert, seconds, labels } of rows) {
      if (seconds !== 'there-already') expect(seconds, `${alert}\n${said}`).toBeTypeOf('number');
      expect(labels).toMatchObject({
        alertname: alert,
        severity: ALERTS.find((known) => known.name === alert)?.severity,
      });
    }
    for (const { alert, seconds, resolvedSeconds } of rows) {
      if (!resolves.includes(alert) || seconds === 'there-already') continue;
      expect(resolvedSeconds, `${alert} taken back\n${said}`).toBeTypeOf('number');
    }
  });
});
