/** Makes fault after fault, and writes down what is told of it at the webhook. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ALERTS } from '../../../src/alerts/index.ts';
import { durationMs } from '../scale-rules.ts';
import { type Act, JOINS_FAILING } from './act.ts';
import { startCalls } from './crowd.ts';
import type { Watched } from './deployment.ts';
import { watchMachine } from './machine.ts';
import { nodesByPeople } from './nodes.ts';
import { factorAt, type Pace } from './pace.ts';
import type { Notice } from './webhook-receiver.ts';

/** What became of one alert of one fault. */
export interface Row {
  act: string;
  fault: string;
  alert: string;
  /** Labels of the alert as it came; null when it did not come. */
  labels: Record<string, string> | null;
  /**
   * From the fault to the webhook; null when it did not come. `not-waited`: the rule waits too long for that. `there-already`: of an alert about the
   * machine, when others had kept it so busy that it fired before.
   */
  seconds: number | 'not-waited' | 'there-already' | null;
  /** From healing to the webhook; null when it was not waited for, or did not come. */
  resolvedSeconds: number | null;
  /** Whether it was to be taken back. */
  mustResolve: boolean;
}

/** An alert that nobody expected. */
export interface Wrong {
  during: string;
  alert: string;
  labels: Record<string, string>;
  description: string;
}

export interface Story {
  rows: Row[];
  wrong: Wrong[];
  quietSeconds: number;
}

/** What rises is compared with the hour before; of a deployment younger than a quarter of one nobody can say that anything rises. */
const QUIET_MS = 20 * 60_000;
/** An alert that waits longer than this, at the pace of the drill, is not waited for. */
const LONGEST_WAIT_MS = 8 * 60_000;
/** About the machine as a whole, on which others may be at work. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  'LiveKitCpuHigh',
  'LiveKitCpuCritical',
  'LiveKitMemoryHigh',
]);
const QUIET_MACHINE = 0.6;
/** Right to say, too, of a machine that has nothing left: media and joins do suffer then, whoever keeps it busy. */
const OF_A_FULL_MACHINE: ReadonlySet<string> = new Set([
  'LiveKitJitterHigh',
  'LiveKitJoinsSlow',
  'LiveKitProbeFailing',
]);
const FULL_MACHINE = 0.9;

export interface PlayOptions {
  watched: Watched;
  pace: Pace;
  /** One after the other; the acts of a scene at the same time. */
  scenes: readonly (readonly Act[])[];
  say(line: string): void;
}

export const play = async ({ watched, pace, scenes, say }: PlayOptions): Promise<Story> => {
  const { notices } = watched.receiver;
  const wrong: Wrong[] = [];
  const rows: Row[] = [];
  const accuse = (during: string, from: number, isRight: (notice: Notice) => boolean): void => {
    for (const notice of notices.slice(from)) {
      if (notice.status !== 'firing' || isRight(notice)) continue;
      const { alert, labels, annotations } = notice;
      wrong.push({ during, alert, labels, description: annotations.description ?? '' });
      say(`  wrong: ${alert} ${JSON.stringify(labels)}`);
    }
  };

  const quietMs = QUIET_MS / pace.scale;
  say(`nothing is wrong for ${quietMs / 1_000} s`);
  using machine = watchMachine();
  const endCalls = await startCalls(watched, 'qu1et');
  await nodesByPeople(watched, 1);
  await sleep(quietMs);
  let use = machine.peak();
  await endCalls();
  accuse('quiet', 0, ({ alert }) => isOfMachine(alert, use));

  let before: readonly Act[] = [];
  /** What is left of a budget of failures speaks of what was long ago. */
  const lasting = new Set<string>();
  const resolved: Promise<unknown>[] = [];
  for (const scene of scenes) {
    if (scene.some(({ reloads }) => reloads)) await Promise.all(resolved);
    const from = notices.length;
    const played = await Promise.all(scene.map((act) => playAct(act, { watched, pace, say })));
    // What the machine did a moment ago is still in the windows of the rules.
    const now = machine.peak();
    const most = Math.max(use, now);
    use = now;
    const right = new Set([...lasting, ...[...before, ...scene].flatMap(alertsOf)]);
    accuse(
      scene.map(({ name }) => name).join(' and '),
      from,
      ({ alert }) => right.has(alert) || isOfMachine(alert, most),
    );
    for (const alert of scene.flatMap(alertsOf))
      if (JOINS_FAILING.some((slow) => slow === alert)) lasting.add(alert);
    rows.push(...played.flatMap((one) => one.rows));
    resolved.push(...played.map((one) => one.resolved));
    before = scene;
  }
  await Promise.all(resolved);
  return { rows, wrong, quietSeconds: quietMs / 1_000 };
};

const isOfMachine = (alert: string, use: number): boolean =>
  (use > QUIET_MACHINE && OF_THE_MACHINE.has(alert)) ||
  (use > FULL_MACHINE && OF_A_FULL_MACHINE.has(alert));

const alertsOf = ({ fires, may }: Act): string[] => [...fires, ...may];

interface Played {
  rows: Row[];
  /** When all that must resolve has, or the time for that has passed. Fills `rows`. */
  resolved: Promise<unknown>;
}

const playAct = async (
  act: Act,
  { watched, pace, say }: Pick<PlayOptions, 'watched' | 'pace' | 'say'>,
): Promise<Played> => {
  const { notices } = watched.receiver;
  const factor = factorAt(pace);
  let struckAt = 0;
  let from = 0;
  const begun = await act.begin(watched, () => {
    struckAt = performance.now();
    from = notices.length;
    say(act.fault);
  });
  const find = (alert: string, status: Notice['status'], after: number): Notice | undefined =>
    notices
      .slice(after)
      .find(
        (notice) =>
          notice.status === status &&
          notice.alert === alert &&
          has(notice.labels, begun.about?.[alert] ?? {}),
      );
  const wait = async (
    alert: string,
    status: Notice['status'],
    after: number,
    patienceMs: number,
  ): Promise<Notice | null> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const notice = find(alert, status, after);
      if (notice !== undefined) return notice;
      if (performance.now() > deadline) return null;
      await sleep(50);
    }
  };
  const patienceOf = (alert: string): number =>
    60_000 + 900_000 / factor(alert) + waitOf(alert, pace);
  const rows = await Promise.all(
    act.fires.map(async (alert): Promise<Row> => {
      const row = {
        act: act.name,
        fault: act.fault,
        alert,
        labels: null,
        resolvedSeconds: null,
        mustResolve: act.resolves.includes(alert),
      };
      if (waitOf(alert, pace) > LONGEST_WAIT_MS)
        return { ...row, seconds: 'not-waited', mustResolve: false };
      const last = notices.slice(0, from).findLast((notice) => notice.alert === alert);
      if (OF_THE_MACHINE.has(alert) && last?.status === 'firing') {
        say(`  ${alert}: was there already`);
        return { ...row, labels: last.labels, seconds: 'there-already', mustResolve: false };
      }
      const notice = await wait(alert, 'firing', from, patienceOf(alert));
      if (notice === null) say(`  ${alert}: did not come`);
      if (notice === null) return { ...row, seconds: null, mustResolve: false };
      const seconds = (notice.atMs - struckAt) / 1_000;
      say(`  ${alert}: ${seconds.toFixed(1)} s`);
      return { ...row, labels: notice.labels, seconds };
    }),
  );
  const healedAt = performance.now();
  const afterHeal = notices.length;
  await begun.heal();
  const resolved: Promise<unknown> = Promise.all(
    rows.map(async (row) => {
      if (!row.mustResolve) return;
      const notice = await wait(row.alert, 'resolved', afterHeal, patienceOf(row.alert));
      row.resolvedSeconds = notice === null ? null : (notice.atMs - healedAt) / 1_000;
      say(
        `  ${row.alert} is ${notice === null ? 'not taken back' : `taken back: ${row.resolvedSeconds?.toFixed(1)} s`}`,
      );
    }),
  );
  if (begun.finish !== undefined) {
    await resolved;
    await begun.finish();
  }
  return { rows, resolved };
};

/** How long the alert waits before it tells anybody, ms. */
const waitOf = (alert: string, pace: Pace): number => {
  const known = ALERTS.find(({ name }) => name === alert);
  if (known === undefined) throw new Error(`there is no alert ${alert}`);
  return durationMs(known.for) / factorAt(pace)(alert);
};

const has = (labels: Record<string, string>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);
