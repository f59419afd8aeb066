import { type Style, styleFor } from '@livekit-swarm/report';
import { type Console, wantsColor, write } from '../console.ts';
import type { ReportRequest } from './report-request.ts';
import { writeWhole } from './write-whole.ts';

/** Reports of the check of a deployment. */
export interface CheckReporters<Result> {
  json: { readonly fileName: string; render(result: Result): string };
  junit: { readonly fileName: string; render(result: Result): string };
}

/** Writes each report that was asked for; the text goes to stdout, unless another report does. */
export const showChecks = async <Result>(
  result: Result,
  reporters: CheckReporters<Result>,
  text: (result: Result, style: Style) => string,
  requests: readonly ReportRequest<'json' | 'junit'>[],
  { color, console: { stdout, env } }: { color: boolean; console: Console },
): Promise<void> => {
  for (const { name, to } of requests) {
    const { fileName, render } = reporters[name];
    if (to === 'stdout') await write(stdout, render(result));
    else await writeWhole(to === null ? fileName : to.file, render(result));
  }
  if (requests.every(({ to }) => to !== 'stdout'))
    await write(stdout, text(result, styleFor(wantsColor(color, stdout, env))));
};
