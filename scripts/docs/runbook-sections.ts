import { readdirSync, readFileSync } from 'node:fs';
import { ALERTS, type Alert, DASHBOARDS, runbookName } from '@livekit-swarm/mixin';
import { plannedWork } from './planned-work.ts';
import { commandNames, commandTable } from './runbook-commands.ts';

const FOLDER = new URL('../../docs/runbooks/', import.meta.url);

/** Alerts by page: several windows of one name share a page. */
const alertsByPage = (): Map<string, Alert[]> => {
  const pages = new Map<string, Alert[]>();
  for (const alert of ALERTS) {
    const page = runbookName(alert.name);
    pages.set(page, [...(pages.get(page) ?? []), alert]);
  }
  return pages;
};

/** Text of the rules: severity, condition and time, with default limits. */
const alertText = (alerts: readonly Alert[]): string =>
  [
    ...alerts.map(({ severity, labels, expr, for: pending }) =>
      [
        `**${severity}**${labels === undefined ? '' : `, window ${labels.window}`}${pending === '0s' ? ', fires at once when' : `, fires when this has held for ${pending}`}:`,
        '',
        '```promql',
        expr,
        '```',
      ].join('\n'),
    ),
    `Dashboard: ${[...new Set(alerts.map(({ dashboard }) => dashboard))].map((uid) => `\`/d/${DASHBOARDS[uid]}\``).join(', ')} in your Grafana.`,
  ].join('\n\n');

/** Questions of the first minute, each before the query that answers it. */
const firstMinute = (alerts: readonly Alert[]): string =>
  [
    'What else fires? If it is more than this alert, read [Triage](README.md#triage) first.',
    '',
    '```promql',
    'sort_desc(count by (severity, alertname) (ALERTS{alertstate="firing"}))',
    '```',
    '',
    'How many users are in rooms, now and an hour ago?',
    '',
    '```promql',
    'sum(instance:livekit_participants:active)',
    'sum(instance:livekit_participants:active offset 1h)',
    '```',
    '',
    plannedWork(alerts),
  ].join('\n');

const readRunbook = (page: string): string => readFileSync(new URL(`${page}.md`, FOLDER), 'utf8');

/** Generated sections of every runbook, for `npm run docs`. */
export const runbookSections = (): { path: string; name: string; text: () => string }[] => [
  ...[...alertsByPage()].flatMap(([page, alerts]) => {
    const path = `docs/runbooks/${page}.md`;
    return [
      { path, name: 'alert', text: () => alertText(alerts) },
      { path, name: 'first-minute', text: () => firstMinute(alerts) },
      { path, name: 'commands', text: () => commandTable(commandNames(readRunbook(page))) },
    ];
  }),
  {
    path: 'docs/runbooks/README.md',
    name: 'alerts',
    text: () =>
      [...alertsByPage()]
        .map(([page, [alert]]) => `- [${alert?.name}](${page}.md): ${alert?.summary}`)
        .join('\n'),
  },
];

/** Pages of the folder, without the index. */
export const runbookPages = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file !== 'README.md')
    .map((file) => file.replace(/\.md$/, ''));
