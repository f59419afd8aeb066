import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario } from '../language/parse-scenario.ts';
import { expandPlan } from './expand.ts';

const FOLDER = new URL('../../../../scenarios/', import.meta.url);

/** Plans of all included scenarios, with each of their scales: joins of all participants. */
it('plans included scenarios as before', async () => {
  const plans = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, FOLDER), 'utf8');
      const scales = [...text.matchAll(/^ {2}([a-z][a-z0-9-]*):/gm)]
        .map(([, name = '']) => name)
        .filter((name) => new RegExp(`^scales:[^]*^ {2}${name}:`, 'm').test(text));
      return [undefined, '0.5', ...scales].map((scale) => {
        const name = `${file}${scale === undefined ? '' : ` --scale ${scale}`}`;
        try {
          const plan = expandPlan(parseScenario(text, { file, scale }), 'golden');
          const rows = plan.participants.map((one) => [
            one.identity,
            one.group,
            one.room,
            one.role,
            one.joinAtMs,
            one.leaveAtMs,
            Object.values(one.expectedTracks),
          ]);
          const windows = plan.windows.map(({ name: window, fromMs, toMs }) => [
            window,
            fromMs,
            toMs,
          ]);
          const facts = [windows, plan.droppedRooms, plan.lastJoinAtMs, plan.endAtMs, rows];
          const digest = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
          return `${name}: ${rows.length} participants, ${digest.slice(0, 16)}`;
        } catch {
          return `${name}: rejected`;
        }
      });
    });
  await expect(`${plans.join('\n')}\n`).toMatchFileSnapshot('golden/plans.txt');
});
