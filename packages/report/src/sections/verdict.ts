import { formatDataRate, formatDuration, formatLayout, type LoadSpec } from '@livekit-swarm/core';
import { plural } from '../format.ts';
import type { ReportInput } from '../report-input.ts';
import { MARKS, paintOf, type Style } from '../style.ts';
import { wrap } from '../wrap.ts';

/** The verdict, what was asked for, and why it came out so. */
export const verdictSection = ({ summary, judgement }: ReportInput, style: Style): string[] => {
  const { verdict, exitCode, reasons } = judgement;
  const paint = paintOf(style, verdict);
  const interrupted = summary.end?.reason === 'interrupted' ? ', interrupted' : '';
  const [headline = '', ...more] = wrap(
    `${MARKS[verdict]} ${verdict.toUpperCase()}${interrupted} (exit ${exitCode})  `,
    describeLoad(summary.spec),
  );
  const bullets = reasons.flatMap((reason) => wrap('  · ', reason));
  return [paint(headline), ...more.map((line) => line.trimEnd()), ...bullets];
};

/** `20 rooms × 2 participants, audio, 30s`. */
export const describeLoad = (spec: LoadSpec): string => {
  const people = [
    spec.participants > 0 ? plural(spec.participants, 'participant') : '',
    spec.subscribers > 0 ? plural(spec.subscribers, 'subscriber') : '',
  ].filter((part) => part !== '');
  const media = spec.publish.map((kind) =>
    kind === 'audio' ? kind : `${spec.video} ${spec.codec}${spec.simulcast ? ' simulcast' : ''}`,
  );
  const rooms = spec.room === null ? plural(spec.rooms, 'room') : `room ${spec.room}`;
  return [
    `${rooms} × ${people.join(' + ')}`,
    media.length === 0 ? 'publishing nothing' : media.join(' and '),
    ...(spec.data === null ? [] : [`data ${formatDataRate(spec.data)}`]),
    ...(spec.layout.type === 'all' ? [] : [`layout ${formatLayout(spec.layout)}`]),
    formatDuration(spec.durationMs),
  ].join(', ');
};
