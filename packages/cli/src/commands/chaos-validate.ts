import { type Style, styleFor } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type DrillFileResult, readDrillFiles } from '../chaos/drill-files.ts';
import { alertProblems } from '../chaos/shipped-rules.ts';
import { type Console, wantsColor, write } from '../console.ts';

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/drill-validation/1';

/** `swarm chaos validate FILE…`: checks drill files and reports every problem. */
export const chaosValidateCommand = async (
  paths: readonly string[],
  flags: { json?: boolean; color: boolean },
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const results = readDrillFiles(paths).map((result) => ({
    ...result,
    problems: [
      ...result.problems,
      ...(result.drill === null ? [] : alertProblems(result.file, result.drill)),
    ],
  }));
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify(asJson(results), null, 2)}\n`
      : results.map((one) => asText(one, style)).join(''),
  );
  return results.every(isValid) ? EXIT_CODES.passed.code : EXIT_CODES.usage.code;
};

const isValid = ({ problems }: DrillFileResult): boolean => problems.length === 0;

const asJson = (results: readonly DrillFileResult[]): object => ({
  schema: SCHEMA,
  valid: results.every(isValid),
  files: results.map((result) => ({
    file: result.file,
    valid: isValid(result),
    drill: result.drill?.name ?? null,
    problems: result.problems,
  })),
});

const asText = (result: DrillFileResult, style: Style): string => {
  const head = isValid(result)
    ? `${style.good('✓')} ${result.file}`
    : `${style.bad('✗')} ${result.file}`;
  const lines = result.problems.map(({ file, line, column, path, message, hint }) => {
    const place = line === null ? file : `${file}:${line}:${column}`;
    const what = `  ${place}: ${path === '' ? '' : `${path}: `}${message}`;
    return hint === null ? what : `${what}\n    ${style.dim('→')} ${hint}`;
  });
  return `${[head, ...lines].join('\n')}\n`;
};
