import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { code, table } from './markdown.ts';

interface Action {
  inputs: Record<string, { description: string; default?: string }>;
  outputs: Record<string, { description: string }>;
}

const action = (): Action =>
  parse(readFileSync(new URL('../../action.yml', import.meta.url), 'utf8')) as Action;

/** Table of the inputs of action.yml. */
export const actionInputs = (): string =>
  table(
    ['input', ''],
    Object.entries(action().inputs).map(([name, { description }]) => [code(name), description]),
  );

/** Table of the outputs of action.yml. */
export const actionOutputs = (): string =>
  table(
    ['output', ''],
    Object.entries(action().outputs).map(([name, { description }]) => [code(name), description]),
  );
