import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alerts, faults } from '../panels/annotations.ts';
import { page, type Row } from '../panels/page.ts';
import { graph, table } from '../panels/panel.ts';
import { promql } from '../panels/query.ts';
import { BURN_WINDOWS } from '../recordings.ts';
import { SLOS, type Slo } from '../slo.ts';
import type { Scope } from './shared.ts';

const WHAT: Readonly<Record<Slo['id'], string>> = {
  joins: 'Joins that signalling accepted and that established media.',
  availability:
    'Probes through the load balancer that succeeded: two participants joined, and received each other.',
  media_minutes:
    'Minutes of participants on nodes whose packet loss and jitter were below the limits of the alerts.',
  user_reports: 'Reports of browsers with a quality score above 3.',
};

const NONE: Readonly<Record<Slo['id'], string>> = {
  joins: 'no joins',
  availability: 'no probes',
  media_minutes: 'no participants',
  user_reports: 'no browser reports',
};

/** Share of bad units, from the sums of the five-minute windows in the time range. */
const badShare = ({ total, bad }: Slo, { inCluster }: Scope, range: string): string => {
  const sum = (metric: string): string =>
    `sum(sum_over_time(${metric}{${inCluster}}[${range}:5m]))`;
  return `clamp_min(${sum(bad)}, 0) / (${sum(total)} > 0)`;
};

const budgetOf = (slo: Slo, { config: { limits } }: Scope): number =>
  Number((1 - slo.objective(limits)).toPrecision(6));

/** Share of the error budget of the time range that is left; below 0: the objective is missed. */
const budgetLeft = (slo: Slo, scope: Scope): string =>
  `1 - (${badShare(slo, scope, '$__range')}) / ${budgetOf(slo, scope)}`;

/** Share of the last hour that was bad, in error budgets. */
const burnRate = (slo: Slo, scope: Scope): string =>
  `(${badShare(slo, scope, '1h')}) / ${budgetOf(slo, scope)}`;

/** Query with a row for each objective. */
const rows = (expr: (slo: Slo) => string): string =>
  `max by (objective) (${SLOS.map((slo) => `label_replace(${expr(slo)}, "objective", "${slo.title}", "", "")`).join(' or ')})`;

const state = (scope: Scope): Row => ({
  title: 'Objectives, in the time range',
  open: true,
  panels: [
    table({
      title: 'Objectives and error budgets',
      description: `${SLOS.map(({ id }) => WHAT[id]).join(' ')} Burn rate: the share of the last hour that was bad, divided by the error budget; above 1 the budget does not last for its month. Without budget, changes that are not repairs should wait. Drills count here; swarm slo report leaves them out.`,
      by: ['objective'],
      noData: 'no joins, probes, participants or reports',
      columns: [
        {
          expr: rows(
            (slo) =>
              `0 * sum(sum_over_time(${slo.total}{${scope.inCluster}}[$__range:5m])) + ${slo.objective(scope.config.limits)}`,
          ),
          legend: 'Target',
          unit: 'percentunit',
        },
        {
          expr: rows((slo) => `1 - ${badShare(slo, scope, '$__range')}`),
          legend: 'Actual',
          unit: 'percentunit',
        },
        {
          expr: rows((slo) => budgetLeft(slo, scope)),
          legend: 'Budget left',
          unit: 'percentunit',
          limits: { warn: 0.5, bad: 0.25, lowIsBad: true },
        },
        {
          expr: rows((slo) => `clamp(${budgetLeft(slo, scope)}, 0, 1)`),
          legend: 'Budget',
          unit: 'percentunit',
          limits: { warn: 0.5, bad: 0.25, lowIsBad: true },
          bar: true,
        },
        {
          expr: rows((slo) => burnRate(slo, scope)),
          legend: 'Burn rate, 1 h',
          decimals: 1,
          limits: { warn: 1, bad: 14.4 },
        },
      ],
    }),
  ],
});

const overTime = (scope: Scope): Row => ({
  title: 'Over time',
  panels: SLOS.map((slo) =>
    graph({
      title: `Burn rate: ${slo.title.toLowerCase()}`,
      description:
        'Share of the last hour that was bad, divided by the error budget. At 1 the budget lasts exactly for its month; at 14.4 it is gone in two days.',
      limits: { warn: 1, bad: 14.4 },
      columns: 12,
      noData: NONE[slo.id],
      queries: [promql(burnRate(slo, scope), 'burn rate of 1 h')],
    }),
  ),
});

const alertWindows = (scope: Scope): Row => ({
  title: 'Joins: windows of the alert',
  panels: [
    graph({
      title: 'Share of joins without media by window',
      description:
        'LiveKitJoinsFailing compares a long window with a short one. A short window above a long one: the share is rising.',
      unit: 'percentunit',
      limits: scope.colours.joinErrors,
      columns: 24,
      queries: BURN_WINDOWS.map((window) =>
        promql(`max(job:livekit_join_errors:ratio_rate${window}{${scope.inCluster}})`, `${window}`),
      ),
    }),
  ],
});

/** Dashboard of service level objectives and their error budgets. */
export const sloDashboard = (scope: Scope): Dashboard => ({
  ...page({
    scope,
    key: 'slo',
    clusterOf: 'job:livekit_joins_begun:increase5m',
    title: 'LiveKit / Service level objectives',
    description:
      'Joins, availability and good media minutes in the time range, and how much of their error budgets is left.',
    variables: [],
    annotations: [alerts(scope), faults(scope)],
    rows: [state(scope), overTime(scope), alertWindows(scope)],
  }),
  // The period of the error budget.
  time: { from: 'now-30d', to: 'now' },
  refresh: '5m',
});
