// Last step of action.yml: prints the outputs of the action for later steps, in the form that
// GitHub reads from $GITHUB_OUTPUT.
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [code = '', folder = ''] = process.argv.slice(2);
const result = join(folder, 'result.json');
const summary = join(folder, 'summary.md');

/** @type {{ verdict?: string, record?: string | null, runs?: { record?: string | null }[] }} */
const { verdict = '', ...about } = existsSync(result)
  ? JSON.parse(readFileSync(result, 'utf8'))
  : {};
const records = (about.runs ?? [about]).flatMap(({ record }) => (record ? [record] : []));

/** @type {[string, string][]} */
const outputs = [
  ['verdict', verdict],
  ['exit-code', code],
  ['record', records.join('\n')],
  ['result', existsSync(result) ? result : ''],
  ['summary', existsSync(summary) ? summary : ''],
];
// The delimiter is random, so that no value can end itself and begin another one.
const mark = randomUUID();
for (const [name, value] of outputs) process.stdout.write(`${name}<<${mark}\n${value}\n${mark}\n`);
