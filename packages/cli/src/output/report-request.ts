import { existsSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { REPORTERS, type ReporterName } from '@livekit-swarm/report';
import { suggest, usageError } from '@livekit-swarm/settings';

/** The report that `--report NAME[=FILE]` requests. */
export interface ReportRequest<Name extends string = ReporterName> {
  name: Name;
  /** Destination; `null`: the usual one of this report. */
  to: 'stdout' | { file: string } | null;
}

/** Reports by their names, and what their files are called. */
type Reports<Name extends string> = Readonly<Record<Name, { readonly fileName: string }>>;

/**
 * Reads what was typed.
 * @throws SwarmError `usage` for a name there is not, or no file where one should be
 */
export const parseReportRequest = (text: string): ReportRequest => parseRequestOf(REPORTERS, text);

/**
 * Reads all report flags, `--json` included, and rejects contradictions before anything is started.
 * @throws SwarmError `usage` when two would write to the same place
 */
export const parseReportRequests = (texts: readonly string[], json: boolean): ReportRequest[] =>
  parseRequestsOf(REPORTERS, texts, json);

/** The same for other reports than those of runs. @throws SwarmError `usage` */
export const parseRequestsOf = <Name extends string>(
  reports: Reports<Name | 'json'>,
  texts: readonly string[],
  json: boolean,
): ReportRequest<Name | 'json'>[] => {
  const requests = texts.map((text) => parseRequestOf(reports, text));
  if (json) requests.push({ name: 'json', to: 'stdout' });
  const taken = new Map<string, string>();
  for (const { name, to } of requests) {
    const place =
      to === null ? `the usual place of ${name}` : to === 'stdout' ? 'stdout' : resolve(to.file);
    const other = taken.get(place);
    if (other !== undefined) {
      const what = other === name ? `${name} twice` : `${other} and ${name}`;
      const where = to === null || to === 'stdout' ? place : to.file;
      throw usageError(
        `--report: ${what} would be written to ${where}`,
        'give each a file of its own: --report NAME=FILE',
      );
    }
    taken.set(place, name);
  }
  return requests;
};

const parseRequestOf = <Name extends string>(
  reports: Reports<Name>,
  text: string,
): ReportRequest<Name> => {
  const names = Object.keys(reports).filter((name): name is Name => Object.hasOwn(reports, name));
  const cut = text.indexOf('=');
  const typed = (cut < 0 ? text : text.slice(0, cut)).trim();
  const name = names.find((known) => known === typed);
  if (name === undefined)
    throw usageError(
      `--report ${text}: there is no report "${typed}"`,
      suggest(typed, names, 'reports are'),
    );
  if (cut < 0) return { name, to: null };
  const { fileName } = reports[name];
  const file = text.slice(cut + 1).trim();
  if (file === '')
    throw usageError(
      `--report ${text}: names no file`,
      `write --report ${name}=${fileName}, or =- for stdout`,
    );
  if (file === '-') return { name, to: 'stdout' };
  return { name, to: { file: isFolder(file) ? join(file, fileName) : file } };
};

const isFolder = (path: string): boolean =>
  /[/\\]$/.test(path) ||
  ['.', '..'].includes(basename(path)) ||
  (existsSync(path) && statSync(path).isDirectory());
