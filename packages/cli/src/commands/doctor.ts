import { renderChecklist, type Style, styleFor } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { doctor } from '../doctor/doctor.ts';
import type { Finding } from '../doctor/finding.ts';

/** `swarm doctor`: what is installed, what is missing, and how to install it. Exits with 3 when `swarm` cannot run here. */
export const doctorCommand = async (
  flags: { color: boolean },
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const findings = await doctor();
  await write(stdout, renderFindings(findings, styleFor(wantsColor(flags.color, stdout, env))));
  return findings.some(({ status }) => status === 'missing')
    ? EXIT_CODES.unreachable.code
    : EXIT_CODES.passed.code;
};

const MARKS = { ok: '✓', warn: '!', missing: '✗' } as const;

/** Checklist of findings with their next steps, and a conclusion. */
export const renderFindings = (findings: readonly Finding[], style: Style): string => {
  const paint = { ok: style.good, warn: style.unsure, missing: style.bad };
  const lines = renderChecklist(
    findings.map(({ name, status, found, nextStep }) => ({
      mark: paint[status](MARKS[status]),
      name,
      finding: found,
      below: nextStep === null ? [] : [`${style.dim('→')} ${nextStep}`],
    })),
  );
  return `${lines.join('\n')}\n\n${conclusion(findings, paint)}\n`;
};

const conclusion = (
  findings: readonly Finding[],
  paint: Record<Finding['status'], (text: string) => string>,
): string => {
  const missing = findings.filter(({ status }) => status === 'missing').map(({ name }) => name);
  if (missing.length > 0)
    return paint.missing(
      `Missing: ${missing.join(', ')}. The main job needs ${missing.length > 1 ? 'them' : 'it'}.`,
    );
  const warnings = findings.filter(({ status }) => status === 'warn').length;
  if (warnings > 0)
    return paint.warn(
      `Everything the main job needs is here; ${warnings} ${warnings === 1 ? 'thing' : 'things'} could be better.`,
    );
  return paint.ok('Everything is here.');
};
