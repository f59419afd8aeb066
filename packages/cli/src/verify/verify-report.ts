import { junitDocument, type Style } from '@livekit-swarm/report';
import { plural } from '@livekit-swarm/settings';
import type { Checked, Verification } from '@livekit-swarm/verify';

const SCHEMA = 'livekit-swarm/verify/1';

export const verifyJson = (verification: Verification): string =>
  `${JSON.stringify({ schema: SCHEMA, ...verification }, null, 2)}\n`;

const MARKS = { passed: '✓', warning: '!', error: '✗', unknown: '?', skipped: '–' } as const;

/** A line for each check; below a finding its evidence, cause and fix. */
export const renderVerification = (
  { url, checks, verdict }: Verification,
  style: Style,
): string => {
  const paint = paintsOf(style);
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  const lines = checks.flatMap((check) => {
    const { id, title, outcome, evidence, reason, cause, fix } = check;
    const head = `  ${paint[outcome](MARKS[outcome])}  ${id.padEnd(width)}  ${title}`;
    const below = (text: string): string => `     ${' '.repeat(width)}  ${text}`;
    if (reason !== null)
      return [outcome === 'unknown' ? paint.unknown(head) : style.dim(head), below(textOf(check))];
    if (cause === null || fix === null)
      return [head, ...evidence.map((text) => below(style.dim(text)))];
    return [
      head,
      ...evidence.map((text) => below(paint[outcome](text))),
      below(`cause: ${cause}`),
      below(`→ ${fix}`),
    ];
  });
  return `${[`Configuration of ${url}`, '', ...lines, '', conclusion(checks, verdict, paint)].join('\n')}\n`;
};

type Paints = Record<Checked['outcome'], (text: string) => string>;

const paintsOf = (style: Style): Paints => ({
  passed: style.good,
  warning: style.unsure,
  error: style.bad,
  unknown: style.unsure,
  skipped: style.dim,
});

const textOf = ({ outcome, reason }: Checked): string =>
  `${outcome === 'unknown' ? 'could not be checked' : 'not checked'}: ${reason}`;

const VERDICTS = {
  passed: 'Passed',
  warnings: 'Passed with warnings',
  failed: 'Failed',
  unknown: 'Could not be checked',
} as const satisfies Record<Verification['verdict'], string>;

const conclusion = (
  checks: readonly Checked[],
  verdict: Verification['verdict'],
  paint: Paints,
): string => {
  const of = (outcome: Checked['outcome']): Checked[] =>
    checks.filter((check) => check.outcome === outcome);
  const listed = (outcome: Checked['outcome'], name: string): string[] =>
    of(outcome).length === 0
      ? []
      : [
          paint[outcome](
            `${name}: ${of(outcome)
              .map(({ id }) => id)
              .join(', ')}`,
          ),
        ];
  const counts = `${plural(of('passed').length, 'check')} passed, ${of('skipped').length} not made`;
  return [
    `${VERDICTS[verdict]}: ${counts}`,
    ...listed('error', 'Errors'),
    ...listed('warning', 'Warnings'),
    ...listed('unknown', 'Could not be checked'),
  ].join('\n');
};

/** A warning passes, with its text as output: it must not stop a deployment. What could not be checked is an error. */
export const verifyJunit = ({ url, checks }: Verification): string =>
  junitDocument([
    {
      name: 'verify',
      startedAt: null,
      properties: [['url', url]],
      cases: checks.map((check) => ({
        name: check.id,
        seconds: check.seconds,
        output: check.outcome === 'warning' ? findingText(check) : '',
        failed: failedOf(check),
      })),
    },
  ]);

const findingText = ({ evidence, cause, fix }: Checked): string =>
  [...evidence, `cause: ${cause ?? ''}`, `fix: ${fix ?? ''}`].join('\n');

const failedOf = (
  check: Checked,
): null | {
  kind: 'failure' | 'error' | 'skipped';
  type: string;
  message: string;
  text: string;
} => {
  switch (check.outcome) {
    case 'passed':
    case 'warning':
      return null;
    case 'error':
      return {
        kind: 'failure',
        ...{ type: check.id, message: check.evidence[0] ?? check.title, text: findingText(check) },
      };
    case 'unknown':
    case 'skipped':
      return {
        kind: check.outcome === 'unknown' ? 'error' : 'skipped',
        ...{ type: check.outcome, message: textOf(check), text: '' },
      };
  }
};
