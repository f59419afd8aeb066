import { basename, dirname, extname, join } from 'node:path';
import { isRun, nameOf, type Outcome, REPORTERS, type Reporter } from '@livekit-swarm/report';
import type { ReportRequest } from './report-request.ts';

/** A file, and what is to be in it. */
export interface Place {
  file: string;
  some: Outcome[];
}

/**
 * Places of a report. With a named file: one document of all runs where that is possible, otherwise
 * a file for each run, with the name of its scenario. Without: the folders of the records.
 */
export const placesOf = ({ name, to }: ReportRequest, outcomes: readonly Outcome[]): Place[] => {
  const { fileName, several }: Reporter<readonly Outcome[]> = REPORTERS[name];
  if (to === null || to === 'stdout') {
    return outcomes.flatMap((outcome) => {
      const folder =
        isRun(outcome) && outcome.recordPath !== null ? dirname(outcome.recordPath) : null;
      return folder === null ? [] : [{ file: join(folder, fileName), some: [outcome] }];
    });
  }
  if (several === true || outcomes.length === 1) return [{ file: to.file, some: [...outcomes] }];
  const suffixes = distinctNames(outcomes.map((outcome) => fileNameOf(nameOf(outcome))));
  return outcomes.map((outcome, index) => ({
    file: withSuffix(to.file, suffixes[index] ?? ''),
    some: [outcome],
  }));
};

/** `out/report.html` → `out/report-voice-ai.html`. */
export const withSuffix = (file: string, suffix: string): string => {
  const extension = extname(file);
  return join(dirname(file), `${basename(file, extension)}-${suffix}${extension}`);
};

/** Name of a run as a part of the name of a file. */
const fileNameOf = (name: string): string => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-');

/** Names of files, each only once: `hang-10s`, `hang-10s-2`. */
export const distinctNames = (names: readonly string[]): string[] => {
  const taken = new Set<string>();
  return names.map((name) => {
    let own = name;
    for (let number = 2; taken.has(own); number++) own = `${name}-${number}`;
    taken.add(own);
    return own;
  });
};
