import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { panelsOf, withoutVariables } from '../../packages/mixin/src/queries.ts';
import { choicesOf, withChoices } from './choices.ts';
import type { Picture, Series } from './picture.ts';
import { type Moments, queryPrometheus } from './query-prometheus.ts';
import { resolutionOf } from './resolution.ts';

export interface Asking {
  /** URL of Prometheus. */
  url: string;
  /** Start of the time range, Unix ms. */
  from: number;
  to: number;
  scrapeSeconds: number;
}

/**
 * Runs the queries of a dashboard, with All selected in every variable.
 * @throws SwarmError `usage` when Prometheus does not answer, or rejects a query
 */
export const askDashboard = async (
  dashboard: Dashboard,
  { url, from, to, scrapeSeconds }: Asking,
): Promise<Pick<Picture, 'from' | 'to' | 'stepMs' | 'answers'>> => {
  const { stepSeconds, rateInterval } = resolutionOf((to - from) / 1_000, scrapeSeconds);
  // Like Grafana, with whole steps, so that two requests at the same time return the same points.
  const aligned = {
    from: Math.floor(from / 1_000 / stepSeconds) * stepSeconds,
    to: to / 1_000,
    step: stepSeconds,
  };
  const range = `${Math.ceil((to - from) / 1_000)}s`;
  const choices = await choicesOf(dashboard, (selector) =>
    queryPrometheus(url, `last_over_time(${selector}[${range}])`, { at: aligned.to }),
  );
  const answers: Record<number, Record<string, Series[]>> = {};
  for (const panel of panelsOf(dashboard)) {
    const answer: Record<string, Series[]> = {};
    for (const { refId, expr, instant } of targetsOf(panel)) {
      const moments: Moments = instant ? { at: aligned.to } : aligned;
      answer[refId] = await queryPrometheus(
        url,
        withoutVariables(withChoices(expr, choices), rateInterval, range),
        moments,
      );
    }
    answers[panel.id ?? 0] = answer;
  }
  return { from, to, stepMs: stepSeconds * 1_000, answers };
};

interface Target {
  refId: string;
  expr: string;
  instant: boolean;
}

/** Prometheus queries of a panel. */
export const targetsOf = ({ targets = [] }: Panel): Target[] =>
  targets
    .map((target) => target as Partial<Target>)
    .flatMap(({ refId = 'A', expr, instant = false }) =>
      expr === undefined ? [] : [{ refId, expr, instant }],
    );
