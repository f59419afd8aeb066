import { jsonText } from '../json-text.ts';
import type { MonthReport, SloReport } from './slo-report.ts';

const time = (ms: number): string => new Date(ms).toISOString();

const monthObject = ({ name, fromMs, toMs, exclusions, results }: MonthReport): object => ({
  month: name,
  from: time(fromMs),
  to: time(toMs),
  excluded: exclusions.map((one) => ({
    from: time(one.fromMs),
    to: time(one.toMs),
    by: one.by,
    name: one.name,
    cluster: one.cluster,
    applies: one.applies,
  })),
  objectives: results.map(({ title: _title, ...result }) => result),
});

/** One object, for machines: shares from 0 to 1, times as ISO 8601. */
export const renderSloJson = ({ prometheus, months }: SloReport): string =>
  jsonText({ schema: 'livekit-swarm/slo/1', prometheus, months: months.map(monthObject) });
