import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { UsageError } from '@livekit-swarm/core';
import { REPORTERS, type ReporterName } from '@livekit-swarm/report';
import { closest, distance } from 'fastest-levenshtein';

/** What `--report NAME[=FILE]` asks for. */
export interface ReportRequest {
  name: ReporterName;
  /** `null`: where this report usually goes. */
  to: 'stdout' | { file: string } | null;
}

const NAMES = Object.keys(REPORTERS).filter((name): name is ReporterName => Object.hasOwn(REPORTERS, name));

/** Reads what was typed. @throws UsageError for a name there is not, or no file where one should be */
export const parseReportRequest = (text: string): ReportRequest => {
  const cut = text.indexOf('=');
  const typed = (cut < 0 ? text : text.slice(0, cut)).trim();
  const name = NAMES.find((known) => known === typed);
  if (name === undefined) throw new UsageError(`--report ${text}: there is no report "${typed}"`, suggestion(typed));
  if (cut < 0) return { name, to: null };
  const file = text.slice(cut + 1).trim();
  if (file === '')
    throw new UsageError(
      `--report ${text}: names no file`,
      `write --report ${name}=${REPORTERS[name].fileName}, or =- for stdout`,
    );
  if (file === '-') return { name, to: 'stdout' };
  return { name, to: { file: isFolder(file) ? join(file, REPORTERS[name].fileName) : file } };
};

/**
 * Reads all of them, `--json` included, and what contradicts itself is told before anything is started.
 * @throws UsageError when two would write to the same place
 */
export const parseReportRequests = (texts: readonly string[], json: boolean): ReportRequest[] => {
  const requests = texts.map(parseReportRequest);
  if (json) requests.push({ name: 'json', to: 'stdout' });
  const taken = new Map<string, string>();
  for (const { name, to } of requests) {
    const place = to === null ? `the usual place of ${name}` : to === 'stdout' ? 'stdout' : resolve(to.file);
    const other = taken.get(place);
    if (other !== undefined) {
      const what = other === name ? `${name} twice` : `${other} and ${name}`;
      const where = to === null || to === 'stdout' ? place : to.file;
      throw new UsageError(`--report: ${what} would be written to ${where}`, 'give each a file of its own: --report NAME=FILE');
    }
    taken.set(place, name);
  }
  return requests;
};

const isFolder = (path: string): boolean =>
  /[/\\]$/.test(path) || ['.', '..'].includes(basename(path)) || (existsSync(path) && statSync(path).isDirectory());

const suggestion = (typed: string): string => {
  const all = `reports are ${NAMES.join(', ')}`;
  const nearest = closest(typed.toLowerCase(), NAMES);
  return distance(typed.toLowerCase(), nearest) <= 2 ? `did you mean ${nearest}? ${all}` : all;
};
