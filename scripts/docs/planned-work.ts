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

type Labels = Readonly<Record<string, string>>;

/**
 * Sets of labels with which an alert arrives at Alertmanager: the promtool tests of the rules prove
 * them. The first is the usual one.
 */
export const labelSetsOf = (alert: Alert): Labels[] =>
  [alert.test, ...(alert.furtherTests ?? [])]
    .flatMap(({ fires }) => fires.map(({ labels }) => labels))
    .filter(({ severity }) => severity === undefined || severity === alert.severity)
    .map((fired) => ({
      alertname: alert.name,
      severity: alert.severity,
      ...alert.labels,
      ...fired,
    }));

const subjectOf = (labels: Labels): readonly string[] =>
  SUBJECTS.find((names) => names.every((name) => name in labels)) ?? [];

/**
 * Matchers of a silence for one subject in one cluster. An alert on a metric that is absent has no
 * cluster: then only alerts without an instance are meant.
 */
const matchersOf = (labels: Labels): string =>
  [
    `alertname=${labels.alertname}`,
    ...['cluster', ...subjectOf(labels)]
      .filter((name) => name in labels)
      .map((name) => `${name}=${name.toUpperCase()}`),
    ...('cluster' in labels ? [] : ["instance=''"]),
    `severity=${labels.severity}`,
  ].join(' ');

/**
 * Matchers of the silences for planned work, each with what it is for: of the least severe alert of
 * this name, for each set of labels with which it arrives. A probe through the load balancer has no
 * label of a node, which an empty matcher means.
 */
const silencesOf = (alerts: readonly Alert[]): { matchers: string; about?: string }[] => {
  const [alert] = alerts.toSorted(
    (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity),
  );
  if (alert === undefined) throw new Error('a page without an alert');
  const sets = labelSetsOf(alert);
  const all = [...new Set(sets.map(matchersOf))];
  const alsoWithoutNode = !alert.expr.includes('node!=""');
  if (alsoWithoutNode && sets.some((labels) => subjectOf(labels).includes('node')))
    return all
      .filter((matchers) => matchers.includes('node=NODE'))
      .flatMap((matchers) => [
        { matchers, about: 'probe of one node' },
        { matchers: matchers.replace('node=NODE', "node=''"), about: 'probe without a node' },
      ]);
  return all.map((matchers) => ({
    matchers,
    ...(all.length > 1 && {
      about: matchers.includes('instance=INSTANCE') ? 'it is down' : 'its target is gone',
    }),
  }));
};

/** Renders the advice on planned work for the page of these alerts. */
export const plannedWork = (alerts: readonly Alert[]): string => {
  // Silencing the Watchdog would page, because it looks like a stopped Watchdog.
  if (alerts.some(({ severity }) => severity === 'none'))
    return 'Planned work on Prometheus or Alertmanager? **Never silence this alert**: its receiver pages when it does not arrive. Pause the check at the receiver, for as long as the work takes.';
  const critical = alerts.length > 1 && alerts.some(({ severity }) => severity === 'critical');
  return [
    `Planned work? Silence this alert, for what you work on and nothing else, and say why; words in capitals are labels of the alert ([how to fill them in](README.md#silences)).${critical && alerts.some(({ severity }) => severity !== 'critical') ? ' The critical alert of this name stays: it means that more is wrong than you planned.' : ''}`,
    '',
    '```sh',
    ...silencesOf(alerts).map(
      ({ matchers, about }) =>
        `amtool silence add ${matchers} --duration=30m --comment='planned: WORK, by NAME'${about === undefined ? '' : ` # ${about}`}`,
    ),
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
 * Returns true for a matcher of alerts without this label. Probes through a load balancer have no
 * node, which the promtool tests of the rules do not show.
 */
const isAbsent = (labels: Labels, name: string, value: string): boolean =>
  value === "''" && (name === 'node' || !(name in labels));

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
    .flatMap(labelSetsOf)
    .filter((labels) =>
      entries.every(
        ([name, value]) =>
          labels[name] === value ||
          (name in labels && isPlaceholder(name, value)) ||
          isAbsent(labels, name, value),
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
