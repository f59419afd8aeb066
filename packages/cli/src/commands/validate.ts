import { type Style, styleFor } from '@livekit-swarm/report';
import { type ReadScenarioFile, readScenarioFile, sameNames } from '@livekit-swarm/scenario';
import { EXIT_CODES, type ExitCode, hasErrorCode, type Problem } from '@livekit-swarm/settings';
import { type Console, wantsColor, write } from '../console.ts';
import { prepareOwnMedia } from '../own-media.ts';

export interface ValidateFlags {
  scale?: string;
  json?: boolean;
  color: boolean;
}

/** Schema of the output of `--json`. */
const SCHEMA = 'livekit-swarm/validation/1';

interface Result {
  file: string;
  read: ReadScenarioFile | null;
  problems: Problem[];
  warnings: Problem[];
}

/** `swarm validate FILE…`: everything that is wrong with scenario files. Starts nothing. */
export const validateCommand = async (
  paths: readonly string[],
  flags: ValidateFlags,
  { stdout, env }: Console,
): Promise<ExitCode> => {
  const results = paths.map((path) => check(path, flags.scale));
  for (const problem of sameNames(results.flatMap(({ read }) => read ?? []))) {
    // The last of those with this path: the first was read before there was another.
    results.findLast(({ file }) => file === problem.file)?.problems.push(problem);
  }
  const style = styleFor(wantsColor(flags.color, stdout, env));
  await write(
    stdout,
    flags.json
      ? `${JSON.stringify(asJson(results), null, 2)}\n`
      : results.map((result) => asText(result, style)).join(''),
  );
  return results.every(isFine) ? EXIT_CODES.passed.code : EXIT_CODES.usage.code;
};

const isFine = ({ problems }: Result): boolean => problems.length === 0;

const check = (path: string, scale: string | undefined): Result => {
  try {
    const read = prepareOwnMedia(readScenarioFile(path, { scale }), 'any', () => {});
    return { file: path, read, problems: [], warnings: read.warnings };
  } catch (error) {
    if (hasErrorCode(error, 'invalid_file'))
      return { file: path, read: null, problems: [...error.problems], warnings: [] };
    throw error;
  }
};

const asJson = (results: readonly Result[]): object => ({
  schema: SCHEMA,
  valid: results.every(isFine),
  files: results.map((result) => ({
    file: result.file,
    valid: isFine(result),
    scenario: result.read?.scenario.name ?? null,
    problems: result.problems,
    warnings: result.warnings,
  })),
});

const asText = (result: Result, style: Style): string => {
  const head = isFine(result)
    ? `${style.good('✓')} ${result.file}`
    : `${style.bad('✗')} ${result.file}`;
  const lines = [
    ...result.problems.map((problem) => listed(problem, style)),
    ...result.warnings.map((problem) => listed(problem, style, style.unsure('! '))),
  ];
  return `${[head, ...lines].join('\n')}\n`;
};

/** `  FILE:LINE:COLUMN: PATH: what is wrong`, which terminals and editors make a link of. */
const listed = (
  { file, line, column, path, message, hint }: Problem,
  style: Style,
  mark = '',
): string => {
  const place = line === null ? file : `${file}:${line}:${column}`;
  const what = `  ${mark}${place}: ${path === '' ? '' : `${path}: `}${message}`;
  return hint === null ? what : `${what}\n    ${style.dim('→')} ${hint}`;
};
