import type { ReportInput } from '../report-input.ts';
import type { Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** What was tested, what else happened, and where to read on. */
export const deploymentSection = ({ summary }: ReportInput, style: Style): string[] => {
  const { deployment } = summary;
  const lines =
    deployment === null
      ? ['  unknown: the record does not name it']
      : wrap(
          '  ',
          [
            `livekit-server ${deployment.serverVersion ?? '(version unknown)'}`,
            deployment.embedded ? `${deployment.url}, started by swarm` : deployment.url,
            deployment.nodes.length === 0 ? 'no node seen' : `nodes ${deployment.nodes.join(', ')}`,
          ].join(' · '),
        );
  return [style.title('DEPLOYMENT'), ...lines];
};

/** Sentences about the run itself. */
export const noteSection = ({ summary }: ReportInput, style: Style): string[] =>
  summary.notes.length === 0
    ? []
    : [style.title('NOTES'), ...summary.notes.flatMap((note) => wrap('  · ', note))];

export const recordSection = ({ recordPath, summary }: ReportInput, style: Style): string[] =>
  recordPath === null
    ? []
    : [`${style.title('RECORD')}  ${recordPath}  ${style.dim(`(run ${summary.run})`)}`];
