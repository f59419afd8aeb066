import { dirname, join } from 'node:path';
import type { DrillResult } from '@livekit-swarm/chaos';
import type { Reporter } from '@livekit-swarm/report';
import { DRILL_REPORTERS, type DrillOutcome, isDrillResult } from '@livekit-swarm/report/drill';
import type { Format } from '@livekit-swarm/report/formats';
import { type Console, write } from '../console.ts';
import { linksFor } from '../output/hyperlinks.ts';
import { distinctNames, withSuffix } from '../output/places.ts';
import { pour } from '../output/pour.ts';
import { printFailure } from '../output/print-failure.ts';
import { parseRequestsOf, type ReportRequest } from '../output/report-request.ts';
import { writeWhole } from '../output/write-whole.ts';

type Request = ReportRequest<Format<'drill'>>;

/** @throws SwarmError `usage` when there is no such report, or two would be written to one place */
export const readDrillReports = (texts: readonly string[], json: boolean): Request[] =>
  parseRequestsOf(DRILL_REPORTERS, texts, json);

/** Writes all that was asked for; one that fails does not take the others with it. @returns whether all of them were written */
export const writeDrillReports = async (
  requests: readonly Request[],
  outcomes: readonly DrillOutcome[],
  { strict, quiet, color }: { strict: boolean; quiet: boolean; color: boolean },
  { stdout, stderr, env }: Console,
): Promise<boolean> => {
  const link = linksFor(stderr, color, env);
  let complete = true;
  const attempt = async (name: string, where: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      complete = false;
      const hint = `give another place: --report ${name}=FILE`;
      await printFailure(stderr, { name, where, error, hint });
    }
  };
  for (const request of requests) {
    const reporter: Reporter<readonly DrillOutcome[]> = DRILL_REPORTERS[request.name];
    if (request.to === 'stdout') {
      await attempt(request.name, 'stdout', async () => {
        const rendered = outcomes.length === 0 ? null : reporter.render(outcomes, { strict });
        if (rendered !== null) await pour(stdout, rendered);
      });
      continue;
    }
    for (const { file, some } of placesOf(request, outcomes))
      await attempt(request.name, file, async () => {
        const rendered = reporter.render(some, { strict });
        if (rendered === null) return;
        await writeWhole(file, rendered);
        if (!quiet) await write(stderr, `Report ${request.name}: ${link(file)}\n`);
      });
  }
  return complete;
};

/** The file that was named, all drills in one document where that is possible, else one each; beside its records where none was named. */
const placesOf = (
  { name, to }: Request,
  outcomes: readonly DrillOutcome[],
): { file: string; some: DrillOutcome[] }[] => {
  const { fileName, several }: Reporter<readonly DrillOutcome[]> = DRILL_REPORTERS[name];
  const results = outcomes.filter(isDrillResult);
  if (to === null || to === 'stdout') {
    return results.flatMap((result) => {
      const folder = folderOf(result);
      return folder === null ? [] : [{ file: join(folder, fileName), some: [result] }];
    });
  }
  if (several === true)
    return outcomes.length === 0 ? [] : [{ file: to.file, some: [...outcomes] }];
  const suffixes = distinctNames(results.map(({ drill }) => drill.name));
  return results.map((result, index) => ({
    file:
      results.length === 1 ? to.file : withSuffix(to.file, suffixes[index] ?? result.drill.name),
    some: [result],
  }));
};

/** The folder of a drill's records. */
const folderOf = ({ repeats, drill }: DrillResult): string | null => {
  const [first] = repeats;
  if (first === undefined) return null;
  const folder = dirname(first.record);
  return drill.repeats === 1 ? folder : join(folder, '..');
};
