import {
  FLAGS_SCENARIO,
  formatDataRate,
  formatDuration,
  formatLayout,
  type GroupSpec,
  type Scenario,
  type TrackPlan,
} from '@livekit-swarm/core';
import { formatNumber, plural } from '../format.ts';
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
    describeScenario(summary.scenario),
  );
  const bullets = reasons.flatMap((reason) => wrap('  · ', reason));
  return [paint(headline), ...more.map((line) => line.trimEnd()), ...bullets];
};

/** `voice-ai: 20 rooms × 2 caller, audio, 30s`; several groups one after the other. */
export const describeScenario = ({ name, groups }: Scenario): string => {
  const said = groups.map(describeGroup).join('; ');
  return name === FLAGS_SCENARIO ? said : `${name}: ${said}`;
};

const describeGroup = ({ room, executor, roles }: GroupSpec): string => {
  const people = roles.map(({ name, count }) => `${formatNumber(count)} ${name}${count === 1 ? '' : 's'}`);
  const media = new Set(roles.flatMap(({ publish }) => publish.map(describeTrack)));
  const data = new Set(roles.flatMap((role) => (role.data === null ? [] : [`data ${formatDataRate(role.data)}`])));
  const layouts = new Set(roles.map(({ layout }) => formatLayout(layout)).filter((layout) => layout !== 'all'));
  const rooms =
    room !== null ? `room ${room}` : executor.type === 'constant-rooms' ? plural(executor.rooms, 'room') : executor.type;
  return [
    `${rooms} × ${people.join(' + ')}`,
    media.size === 0 ? 'publishing nothing' : [...media].join(' and '),
    ...data,
    ...[...layouts].map((layout) => `layout ${layout}`),
    ...(executor.type === 'constant-rooms' ? [formatDuration(executor.durationMs)] : []),
  ].join(', ');
};

const describeTrack = (track: TrackPlan): string =>
  track.kind === 'audio'
    ? 'audio'
    : `${track.resolution} ${track.codec}${track.simulcast ? ' simulcast' : ''}${track.source === 'screen' ? ' screen' : ''}`;
