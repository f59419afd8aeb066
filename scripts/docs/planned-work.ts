import type { Alert } from '@livekit-swarm/mixin';

/** Severities in ascending order. A silence of one must not hide alerts of a higher one. */
const SEVERITIES: readonly Alert['severity'][] = ['none', 'info', 'warning', 'critical'];

/**
 * Sets of labels for the subject of an alert in its cluster; the first set that the alert has
 * counts, because the instance of a probe is the exporter.
 */
const SUBJECTS = [
  ['target', 'node'],
  ['target'],
  ['pool'],
  ['instance'],
  ['job'],
  ['container'],
] as const;

/** Labels of an alert as it arrives at Alertmanager: the promtool tests of the rules prove them. */
export const labelsOf = (alert: Alert): Readonly<Record<string, string>> => {
  const fired = alert.test.fires
    .map(({ labels }) => labels)
    .find(({ severity }) => severity === undefined || severity === alert.severity);
  return { alertname: alert.name, severity: alert.severity, ...alert.labels, ...fired };
};

/**
 * Matchers of the silence for planned work: of one subject in one cluster, and of the least severe
 * alert of this name.
 */
const matchersOf = (alerts: readonly Alert[]): string[] => {
  const [alert] = alerts.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  if (alert === undefined) throw new Error('a page without an alert');
  const labels = labelsOf(alert);
  const subject = SUBJECTS.find((names) => names.every((name) => name in labels)) ?? [];
  return [
    `alertname=${alert.name}`,
    ...['cluster', ...subject]
      .filter((name) => name in labels)
      .map((name) => `${name}=${name.toUpperCase()}`),
    `severity=${alert.severity}`,
  ];
};

/** Renders the advice on planned work for the page of these alerts. */
export const plannedWork = (alerts: readonly Alert[]): string => {
  // Silencing the Watchdog would page, because it looks like a stopped Watchdog.
  if (alerts.some(({ severity }) => severity === 'none'))
    return 'Planned work on Prometheus or Alertmanager? **Never silence this alert**: its receiver pages when it does not arrive. Pause the check at the receiver, for as long as the work takes.';
  const critical = alerts.length > 1 && alerts.some(({ severity }) => severity === 'critical');
  return [
    `Planned work? Silence this alert, for what you work on and nothing else, and say why; words in capitals are labels of the alert.${critical && alerts.some(({ severity }) => severity !== 'critical') ? ' The critical alert of this name stays: it means that more is wrong than you planned.' : ''}`,
    '',
    '```sh',
    `amtool silence add ${matchersOf(alerts).join(' ')} --duration=30m --comment='planned: WORK, by NAME'`,
    '```',
  ].join('\n');
};

/**
 * Parses the matchers of an `amtool silence add`: `severity=warning` → `{ severity: 'warning' }`.
 */
const readMatchers = (command: string): Record<string, string> =>
  Object.fromEntries(
    [...command.matchAll(/(?<=\s)([a-z_]+)(=~|!=|!~|=)(\S+)/g)].flatMap(
      ([, name = '', operator, value = '']): [string, string][] =>
        operator === '=' ? [[name, value]] : [[name, `${operator}${value}`]],
    ),
  );

/** Returns true for a value that the reader replaces: the name of its label in capitals. */
const isPlaceholder = (name: string, value: string): boolean => value === name.toUpperCase();

/**
 * Problems of an `amtool silence add` of a page: it matches no alert of the rules, or more than its
 * cluster and subject, or an alert of a higher severity. Empty: none.
 */
export const problemsOf = (command: string, alerts: readonly Alert[]): string[] => {
  const matchers = readMatchers(command);
  const entries = Object.entries(matchers);
  const { alertname } = matchers;
  const named = alerts.filter(({ name }) => name === alertname);
  if (named.length === 0) return [`no alert has the name ${alertname ?? '(none)'}`];
  const silenced = named
    .map(labelsOf)
    .filter((labels) =>
      entries.every(
        ([name, value]) => labels[name] === value || (name in labels && isPlaceholder(name, value)),
      ),
    );
  const [labels] = silenced;
  if (labels === undefined) return ['no alert of this name has these labels'];
  const missing = (name: string): boolean => name in labels && !(name in matchers);
  return [
    ...(alertname === 'Watchdog' ? ['the Watchdog must never be silenced'] : []),
    ...['cluster', 'severity'].filter(missing).map((name) => `is not limited by ${name}`),
    ...(SUBJECTS.some((names) => names.every((name) => name in matchers))
      ? []
      : ['is not limited to what is worked on']),
    ...(silenced.some(({ severity }) => severity !== labels.severity)
      ? ['hides alerts of several severities']
      : []),
    ...(/--duration=\d+[mh]/.test(command) ? [] : ['has no --duration']),
    ...(/--comment=/.test(command) ? [] : ['has no --comment']),
  ];
};
