import type { ResultPage } from '../page/result-page.ts';
import type { Connectivity } from './connectivity.ts';
import { pathAdvice, pathTable } from './phrases.ts';

/** Page of a check: the number of paths that work, advice for the others, and every path. */
export const connectivityPage = ({ url, required, checks }: Connectivity): ResultPage => {
  const working = checks.filter(({ outcome }) => outcome === 'works').length;
  const isBad = checks.some(
    ({ outcome }) => outcome === 'failed' || (required && outcome === 'not_offered'),
  );
  return {
    kind: 'connectivity',
    subject: url,
    tone: isBad || working === 0 ? 'failed' : 'passed',
    headline: `${working} of ${checks.length} paths work`,
    lead: `Connectivity of ${url}.`,
    asked: required ? 'Each of these paths must work.' : null,
    reasons: pathAdvice(checks).map(({ text, hint }) => `${text} → ${hint}`),
    sections: [{ title: 'Paths', table: pathTable(checks) }],
    startedAt: null,
  };
};
