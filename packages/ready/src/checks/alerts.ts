import { plural } from '@livekit-swarm/settings';
import { type CheckResult, found, passed, unknown } from '@livekit-swarm/verify';
import type { EventCheck } from '../event-check.ts';

/** Alerts of a Prometheus. */
export interface AlertFacts {
  rules: readonly { name: string; expr: string }[];
  firing: readonly { name: string; labels: Readonly<Record<string, string>> }[];
}

/** Reads alerts; null: Prometheus does not answer. */
export type ReadAlerts = () => Promise<AlertFacts | null>;

/** True for rules on LiveKit: by their name, or by a metric that they read. */
const isOfLiveKit = ({ name, expr }: { name: string; expr: string }): boolean =>
  /livekit/i.test(`${name} ${expr}`);

/** Severities of alerts that need no action, such as Watchdog, which always fires. */
const HARMLESS = /^(none|info|debug)$/i;

export const alertsRule = (facts: AlertFacts | null): CheckResult => {
  if (facts === null) return unknown('Prometheus does not list its alerts: is --prometheus right?');
  const names = new Set(facts.rules.filter(isOfLiveKit).map(({ name }) => name));
  if (names.size === 0)
    return unknown(
      'Prometheus has no alert rule on LiveKit, so its silence means nothing: swarm mixin writes rules',
    );
  const serious = facts.firing.filter(({ labels }) => !HARMLESS.test(labels.severity ?? ''));
  const own = serious.filter(({ name }) => names.has(name));
  const others = serious.filter(({ name }) => !names.has(name));
  if (own.length > 0) return found('error', own.map(alertText));
  if (others.length > 0)
    return found('warning', others.map(alertText), 'check whether they concern the event');
  return passed(`${plural(names.size, 'rule')} on LiveKit, none of them firing`);
};

const alertText = ({ name, labels }: AlertFacts['firing'][number]): string => {
  const where = ['cluster', 'node', 'instance'].flatMap((label) => labels[label] ?? []);
  return `${name} is firing${where.length === 0 ? '' : ` (${where.join(', ')})`}`;
};

export const alertsCheck = (read: ReadAlerts | null): EventCheck => ({
  title: 'No alert is firing',
  severities: ['error', 'warning'],
  cause: 'The deployment has a problem now, which the event would meet',
  fix: 'follow the runbook of the alert',
  run: async () =>
    read === null
      ? unknown('give the Prometheus of the deployment: --prometheus URL')
      : alertsRule(await read()),
});
