/** Injects faults one after the other, and records the alerts that reach the webhook. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ALERTS } from '../../../src/shipped.ts';
import { alertKey } from '../alert-key.ts';
import { durationMs } from '../scale-rules.ts';
import type { MonitoredDeployment } from './deployment.ts';
import { type FaultCase, JOINS_FAILING } from './fault-case.ts';
import { monitorCpu } from './host-cpu.ts';
import { startSmallRooms } from './load.ts';
import { nodesByParticipants } from './nodes.ts';
import { factorAt, type Pace } from './pace.ts';
import { type Walk, walkRunbook } from './walk-runbook.ts';
import type { AlertNotification } from './webhook-receiver.ts';

/** Result of one alert of a fault. */
export interface Row {
  fault: string;
  description: string;
  alert: string;
  /** Labels of the alert; null: it did not fire. */
  labels: Record<string, string> | null;
  /**
   * Time from injection to webhook, s; null: the alert did not fire. For an alert that always
   * fires: time until it was missed. `not-waited`: the `for` of the rule is too long.
   * `there-already`: an alert on the host was already firing because of other processes.
   */
  seconds: number | 'not-waited' | 'there-already' | null;
  /**
   * Time from rollback to webhook, s; null: not waited for, or not resolved. For an alert that
   * always fires: time until it arrived again.
   */
  resolvedSeconds: number | null;
  /** True when the alert must resolve. */
  mustResolve: boolean;
  /** Result of its runbook's queries while the alert fired; null: they were not run. */
  walk: Walk | null;
}

/** An unexpected alert. */
export interface WrongAlert {
  during: string;
  alert: string;
  labels: Record<string, string>;
  description: string;
}

export interface DrillResult {
  rows: Row[];
  wrong: WrongAlert[];
  quietSeconds: number;
}

/**
 * Time without a fault, ms: rates are compared with the last hour, which needs a quarter of an hour
 * of data.
 */
const QUIET_MS = 20 * 60_000;
/** Longest `for` that is waited for, ms, at the pace of the drill. */
const LONGEST_WAIT_MS = 8 * 60_000;
/** Longest `for` that is waited for while queries of runbooks are run, ms. */
const LONGEST_WAIT_OF_WALK_MS = 15 * 60_000;
/** Alerts on the host, which other processes also use. */
const HOST_ALERTS: ReadonlySet<string> = new Set(['LiveKitCpuHigh', 'LiveKitMemoryHigh']);
const BUSY_CPU = 0.6;
/** Alert that always fires. */
const WATCHDOG = 'Watchdog';
/**
 * Time without a notification after which an alert that always fires is missed, ms: several
 * repetitions (`repeat_interval` of the lab).
 */
const MISSED_AFTER_MS = 20_000;
/**
 * Alerts that may also fire when the CPU is fully used, for any reason: media and joins are then
 * impaired.
 */
const OF_A_FULL_MACHINE: ReadonlySet<string> = new Set([
  'LiveKitJitterHigh',
  'LiveKitJoinsSlow',
  'LiveKitProbeFailing',
  // On the faster clock, joins that wait seconds for the CPU are a large share of the joins in a
  // range.
  ...JOINS_FAILING,
]);
const FULL_CPU = 0.9;

export interface RunFaultsOptions {
  deployment: MonitoredDeployment;
  pace: Pace;
  /** Groups of faults, injected one after the other; faults of a group are simultaneous. */
  groups: readonly (readonly FaultCase[])[];
  /** Time without a fault before the first one, ms; null: the longest range of the rules. */
  quietMs: number | null;
  /** Runs the queries of the runbook of each alert while it fires. */
  walk: boolean;
  log(line: string): void;
}

export const runFaults = async ({
  deployment,
  pace,
  groups,
  log,
  ...options
}: RunFaultsOptions): Promise<DrillResult> => {
  const { notifications } = deployment.receiver;
  const wrong: WrongAlert[] = [];
  const rows: Row[] = [];
  const recordWrong = (
    during: string,
    from: number,
    isExpected: (notification: AlertNotification) => boolean,
  ): void => {
    for (const notification of notifications.slice(from)) {
      if (notification.status !== 'firing' || isExpected(notification)) continue;
      const { alert, labels, annotations } = notification;
      wrong.push({ during, alert, labels, description: annotations.description ?? '' });
      log(`  wrong: ${alert} ${JSON.stringify(labels)}`);
    }
  };

  const quietMs = options.quietMs ?? QUIET_MS / pace.scale;
  log(`no fault for ${quietMs / 1_000} s`);
  using cpu = monitorCpu();
  const stopLoad = await startSmallRooms(deployment, 'qu1et');
  await nodesByParticipants(deployment, 1);
  await sleep(quietMs);
  let use = cpu.peak();
  await stopLoad();
  recordWrong('quiet', 0, ({ alert }) => alert === WATCHDOG || isHostAlert(alert, use));

  let before: readonly FaultCase[] = [];
  /** Alerts on error budgets that keep firing after their cause is removed. */
  const lasting = new Set<string>();
  const resolved: Promise<unknown>[] = [];
  for (const group of groups) {
    if (group.some(({ reloads }) => reloads)) await Promise.all(resolved);
    const from = notifications.length;
    const finished = await Promise.all(
      group.map((fault) => runFault(fault, { deployment, pace, walk: options.walk, log })),
    );
    // The windows of the rules include earlier CPU usage.
    const now = cpu.peak();
    const most = Math.max(use, now);
    use = now;
    const right = new Set([...lasting, ...[...before, ...group].flatMap(alertsOf)]);
    recordWrong(
      group.map(({ name }) => name).join(' and '),
      from,
      ({ alert }) => alert === WATCHDOG || right.has(alert) || isHostAlert(alert, most),
    );
    for (const alert of group.flatMap(alertsOf))
      if (JOINS_FAILING.includes(alert)) lasting.add(alert);
    rows.push(...finished.flatMap((one) => one.rows));
    resolved.push(...finished.map((one) => one.resolved));
    before = group;
  }
  await Promise.all(resolved);
  return { rows, wrong, quietSeconds: quietMs / 1_000 };
};

const isHostAlert = (alert: string, use: number): boolean =>
  (use > BUSY_CPU && HOST_ALERTS.has(alert)) || (use > FULL_CPU && OF_A_FULL_MACHINE.has(alert));

const alertsOf = ({ fires, may }: FaultCase): string[] => [...fires, ...may];

interface FaultResult {
  rows: Row[];
  /**
   * Resolves when all alerts that must resolve have resolved, or after the timeout. Completes
   * `rows`.
   */
  resolved: Promise<unknown>;
}

const runFault = async (
  fault: FaultCase,
  { deployment, pace, walk, log }: Pick<RunFaultsOptions, 'deployment' | 'pace' | 'walk' | 'log'>,
): Promise<FaultResult> => {
  const { notifications } = deployment.receiver;
  const factor = factorAt(pace);
  let injectedAt = 0;
  let from = 0;
  const injected = await fault.begin(deployment, () => {
    injectedAt = performance.now();
    from = notifications.length;
    log(fault.description);
  });
  const isAbout = ({ alert: name, labels }: AlertNotification, alert: string): boolean =>
    name === alert && has(labels, injected.about?.[alert] ?? {});
  const wait = async (
    find: () => AlertNotification | undefined,
    timeoutMs: number,
  ): Promise<AlertNotification | null> => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const notification = find();
      if (notification !== undefined) return notification;
      if (performance.now() > deadline) return null;
      await sleep(50);
    }
  };
  const first = (
    alert: string,
    status: AlertNotification['status'],
    after: number,
  ): AlertNotification | undefined =>
    notifications.slice(after).find((one) => one.status === status && isAbout(one, alert));
  /**
   * Notification of the end of an alert: after the rollback, or before it for alerts that compare
   * with a range in which the fault is by then included.
   */
  const endOf = (alert: string, after: number): AlertNotification | undefined => {
    const last = notifications.slice(from).findLast((one) => isAbout(one, alert));
    return first(alert, 'resolved', after) ?? (last?.status === 'resolved' ? last : undefined);
  };
  const timeoutOf = (alert: string): number =>
    60_000 + 900_000 / factor(alert) + waitOf(alert, pace);
  const rows = await Promise.all(
    fault.fires.map(async (alert): Promise<Row> => {
      const row = {
        fault: fault.name,
        description: fault.description,
        alert,
        labels: null,
        resolvedSeconds: null,
        walk: null,
        mustResolve: fault.resolves.includes(alert),
      };
      if (waitOf(alert, pace) > (walk ? LONGEST_WAIT_OF_WALK_MS : LONGEST_WAIT_MS))
        return { ...row, seconds: 'not-waited', mustResolve: false };
      const last = notifications
        .slice(0, from)
        .findLast((notification) => notification.alert === alert);
      if (HOST_ALERTS.has(alert) && last?.status === 'firing') {
        log(`  ${alert}: was already firing`);
        return { ...row, labels: last.labels, seconds: 'there-already', mustResolve: false };
      }
      const notification = await wait(() => first(alert, 'firing', from), timeoutOf(alert));
      if (notification === null) log(`  ${alert}: did not fire`);
      if (notification === null) return { ...row, seconds: null, mustResolve: false };
      const seconds = (notification.atMs - injectedAt) / 1_000;
      log(`  ${alert}: ${seconds.toFixed(1)} s`);
      const { labels } = notification;
      const walked = walk ? await walkRunbook(deployment, alert, labels) : null;
      if (walked !== null)
        log(
          `  ${alert}: ${walked.queries - walked.empty.length} of ${walked.queries} queries have a result`,
        );
      for (const query of walked?.empty ?? []) log(`    none: ${query}`);
      return { ...row, labels, seconds, walk: walked };
    }),
  );
  const stopped = await Promise.all(
    (fault.stops ?? []).map(async (alert): Promise<Row> => {
      const deadline = injectedAt + MISSED_AFTER_MS + timeoutOf(alert);
      const lastFiring = () =>
        notifications.findLast((one) => one.alert === alert && one.status === 'firing');
      const silence = () => performance.now() - Math.max(injectedAt, lastFiring()?.atMs ?? 0);
      while (silence() < MISSED_AFTER_MS && performance.now() < deadline) await sleep(50);
      const isMissed = silence() >= MISSED_AFTER_MS && lastFiring() !== undefined;
      const seconds = isMissed ? (performance.now() - injectedAt) / 1_000 : null;
      log(
        `  ${alert} ${seconds === null ? 'still arrives' : `is missed: ${seconds.toFixed(1)} s`}`,
      );
      const labels = lastFiring()?.labels ?? null;
      const walked = walk ? await walkRunbook(deployment, alert, labels ?? {}) : null;
      return {
        fault: fault.name,
        description: fault.description,
        alert,
        labels,
        seconds,
        resolvedSeconds: null,
        mustResolve: isMissed,
        walk: walked,
      };
    }),
  );
  rows.push(...stopped);
  const rolledBackAt = performance.now();
  const afterRollback = notifications.length;
  await injected.rollback();
  const resolved: Promise<unknown> = Promise.all(
    rows.map(async (row) => {
      if (!row.mustResolve) return;
      const arrivesAgain = fault.stops?.includes(row.alert) === true;
      const find = () =>
        arrivesAgain ? first(row.alert, 'firing', afterRollback) : endOf(row.alert, afterRollback);
      const notification = await wait(find, timeoutOf(row.alert));
      row.resolvedSeconds =
        notification === null ? null : (notification.atMs - rolledBackAt) / 1_000;
      log(
        `  ${row.alert} ${notification === null ? 'is not' : 'is'} ${arrivesAgain ? 'firing' : 'resolved'}: ${row.resolvedSeconds?.toFixed(1) ?? '–'} s`,
      );
    }),
  );
  if (injected.finish !== undefined) {
    await resolved;
    await injected.finish();
  }
  return { rows, resolved };
};

/** Duration of `for` of the alert at this pace, ms. */
const waitOf = (alert: string, pace: Pace): number => {
  const known = ALERTS.find(({ name, labels }) => alertKey(name, labels) === alert);
  if (known === undefined) throw new Error(`unknown alert ${alert}`);
  return durationMs(known.for) / factorAt(pace)(alert);
};

const has = (labels: Record<string, string>, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value);
