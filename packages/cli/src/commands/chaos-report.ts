import { type DrillResult, evaluateDrill } from '@livekit-swarm/chaos';
import { mostSevere } from '@livekit-swarm/report';
import { exitCodeOfDrill, renderDrillText } from '@livekit-swarm/report/drill';
import type { ExitCode } from '@livekit-swarm/settings';
import { readDrillReports, writeDrillReports } from '../chaos/drill-output.ts';
import { type Console, wantsColor, write } from '../console.ts';
import { exitCodeAfter } from '../output/result-output.ts';

export interface ChaosReportFlags {
  strict?: boolean;
  report: string[];
  json?: boolean;
  color: boolean;
}

/**
 * `swarm chaos report FOLDER…`: evaluates and renders drills again, from their records.
 * @throws SwarmError when a folder is not of a drill, or a record cannot be read
 */
export const chaosReportCommand = async (
  folders: readonly string[],
  flags: ChaosReportFlags,
  console: Console,
): Promise<ExitCode> => {
  const { stdout, env } = console;
  const requests = readDrillReports(flags.report, flags.json === true);
  const strict = flags.strict === true;
  const results: DrillResult[] = [];
  for (const folder of folders) results.push(await evaluateDrill(folder));
  if (requests.every(({ to }) => to !== 'stdout')) {
    const color = wantsColor(flags.color, stdout, env);
    await write(
      stdout,
      results.map((result) => renderDrillText(result, { color, strict })).join('\n'),
    );
  }
  const form = { strict, quiet: false, color: flags.color };
  const complete = await writeDrillReports(requests, results, form, console);
  const code = mostSevere(results.map((result) => exitCodeOfDrill(result, strict)));
  return exitCodeAfter(complete, code);
};
