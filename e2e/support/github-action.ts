/** Runs the scripts of a composite GitHub Action as the runner does: the same shell, the same environment, the same files. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { runScript } from './run-script.ts';

interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  shell?: string;
  run?: string;
  env?: Record<string, string>;
  'working-directory'?: string;
}

export interface Action {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
}

export const readAction = (file: string): Action => parse(readFileSync(file, 'utf8')) as Action;

export interface ActionRun {
  /** Exit code of the first script that failed, or 0. */
  exit: number;
  outputs: Record<string, string>;
  /** Text that was appended to $GITHUB_STEP_SUMMARY. */
  summary: string;
  stdout: string;
  stderr: string;
}

export interface ActionOptions {
  /** Folder of the action. */
  path: string;
  inputs: Record<string, string>;
  /** The user's checkout. */
  workspace: string;
  env?: Record<string, string>;
  /** Values of the context `github`, such as `github.repository`. */
  github?: Record<string, string>;
}

/** @throws Error for an input there is not, or an expression that this does not understand */
export const runAction = async (
  action: Action,
  { path, inputs, workspace, env = {}, github = {} }: ActionOptions,
): Promise<ActionRun> => {
  for (const name of Object.keys(inputs))
    if (!Object.hasOwn(action.inputs, name)) throw new Error(`the action has no input ${name}`);
  const temp = mkdtempSync(join(workspace, '.runner-'));
  const summaryFile = join(temp, 'summary');
  writeFileSync(summaryFile, '');
  const steps: Record<string, Record<string, string>> = {};
  const result = { exit: 0, stdout: '', stderr: '' };

  const evaluate = (text: string): string =>
    text.replaceAll(/\$\{\{\s*([^}]*?)\s*\}\}/g, (_all, expression: string) => lookUp(expression));
  const lookUp = (expression: string): string => {
    const [context, name = '', ...rest] = expression.split('.');
    if (context === 'inputs' && rest.length === 0)
      return inputs[name] ?? action.inputs[name]?.default ?? '';
    if (context === 'steps' && rest[0] === 'outputs')
      return steps[name]?.[rest.slice(1).join('.')] ?? '';
    if (expression === 'github.action_path') return path;
    if (expression === 'toJSON(matrix)') return 'null';
    if (context === 'github' && Object.hasOwn(github, expression)) return github[expression] ?? '';
    throw new Error(`this runner does not know the expression ${expression}`);
  };

  /** `a && b == 'text' && c != d`, from left to right. */
  const holds = (condition: string): boolean =>
    condition.split(' && ').every((term) => {
      if (term === 'always()') return true;
      const [, left = '', operator, right = ''] = /^(\S+) (==|!=) (\S+)$/.exec(term) ?? [];
      if (operator === undefined)
        throw new Error(`this runner does not know the condition ${term}`);
      const other = /^'(.*)'$/.exec(right)?.[1] ?? lookUp(right);
      return (lookUp(left) === other) === (operator === '==');
    });
  /** A step after a failed one is skipped, as on GitHub, unless it runs always. */
  const isDue = ({ if: condition }: Step): boolean =>
    (result.exit === 0 || condition?.startsWith('always()') === true) &&
    (condition === undefined || holds(condition));

  for (const [index, step] of action.runs.steps.entries()) {
    // Third-party actions are not run.
    if (step.run === undefined || !isDue(step)) continue;
    if (step.shell !== 'bash') throw new Error(`step ${index + 1} is for ${step.shell}`);
    const script = join(temp, `step-${index}.sh`);
    const outputFile = join(temp, `output-${index}`);
    writeFileSync(script, step.run);
    writeFileSync(outputFile, '');
    const own = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, evaluate(String(value))]),
    );
    const done = await runScript(
      script,
      resolve(workspace, evaluate(step['working-directory'] ?? '.')),
      {
        ...env,
        CI: 'true',
        GITHUB_ACTIONS: 'true',
        GITHUB_ACTION_PATH: path,
        GITHUB_WORKSPACE: workspace,
        GITHUB_OUTPUT: outputFile,
        GITHUB_STEP_SUMMARY: summaryFile,
        RUNNER_TEMP: temp,
        ...own,
      },
    );
    // The first failed script decides.
    if (result.exit === 0) result.exit = done.exit;
    result.stdout += done.stdout;
    result.stderr += done.stderr;
    if (step.id !== undefined) steps[step.id] = parseOutputs(readFileSync(outputFile, 'utf8'));
  }
  const outputs = Object.fromEntries(
    Object.entries(action.outputs).map(([name, { value }]) => [name, evaluate(value)]),
  );
  return { ...result, outputs, summary: readFileSync(summaryFile, 'utf8') };
};

/** `name=value`, or `name<<MARK`, lines, `MARK`. */
const parseOutputs = (text: string): Record<string, string> => {
  const outputs: Record<string, string> = {};
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const block = /^([^=<]+)<<(.+)$/.exec(line);
    if (block !== null) {
      const [, name = '', mark = ''] = block;
      const end = lines.indexOf(mark, at + 1);
      if (end < 0) throw new Error(`the output ${name} does not end`);
      outputs[name] = lines.slice(at + 1, end).join('\n');
      at = end;
    } else if (line !== '') {
      const cut = line.indexOf('=');
      if (cut < 0) throw new Error(`no output: ${line}`);
      outputs[line.slice(0, cut)] = line.slice(cut + 1);
    }
  }
  return outputs;
};
