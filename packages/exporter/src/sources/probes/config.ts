import { PROBE_KINDS } from '@livekit-swarm/probe';
import {
  customIssue,
  duration,
  formatDuration,
  hinted,
  type Path,
  strict,
  whole,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { labelName } from '../../config/target.ts';
import { DURATION_SPAN, moduleSection } from './module-section.ts';
import { leastDurationMs, type Module, readModule } from './modules.ts';

/** Schedule of a probe that runs at intervals. */
export interface ProbeSchedule {
  target: string;
  module: string;
  intervalMs: number;
  /** True if each node of the target is probed, too. */
  perNode: boolean;
}

export interface ProbeSettings {
  /** Maximum number of probes at the same time. */
  maxConcurrent: number;
  /** Maximum number of queued probes; further ones are rejected. */
  maxQueued: number;
  /** Maximum duration of a probe, ms, even if the scrape timeout is longer. */
  timeoutMs: number;
  /** Part of the scrape timeout that is kept for the response, ms. */
  scrapeTimeoutOffsetMs: number;
  modules: ReadonlyMap<string, Module>;
  schedule: readonly ProbeSchedule[];
}

const DEFAULTS = {
  maxConcurrent: 4,
  maxQueued: 16,
  timeoutMs: 30_000,
  scrapeTimeoutOffsetMs: 500,
} as const;
export const probesSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    maxConcurrent: whole(1, 100)
      .optional()
      .describe('Probes that run at the same time. Default: 4.'),
    maxQueued: whole(0, 1_000)
      .optional()
      .describe('Queued probes; further requests get 503. Default: 16.'),
    timeout: duration(DURATION_SPAN.min, 120_000)
      .optional()
      .describe('Maximum duration of a probe, even if the scrape timeout is longer. Default: 30s.'),
    scrapeTimeoutOffset: duration(0, 5_000)
      .optional()
      .describe(
        'Subtracted from the scrape timeout of Prometheus so that the response arrives in time. Default: 500ms.',
      ),
    modules: z
      .record(labelName('the name of a module'), moduleSection(), {
        error: hinted('must name modules', 'write audio_pair: { duration: 3s }'),
      })
      .optional()
      .describe(
        'Probe modules by name; audio_pair, video_pair, data_echo, join_only and agent_call are built in.',
      ),
    schedule: z
      .array(
        strict({
          target: labelName('a target').describe('One of targets.'),
          module: labelName('a module'),
          interval: duration(5_000, 86_400_000).describe(
            'Interval between the starts of two probes; each starts up to a tenth of it early or late.',
          ),
          perNode: yesOrNo()
            .optional()
            .describe('Also probe each node of the target. Default: no.'),
        }),
        {
          error: hinted(
            'must be a list',
            'write - { target: production, module: audio_pair, interval: 1m }',
          ),
        },
      )
      .optional()
      .describe('Scheduled probes; their results are on /metrics.'),
  }).superRefine(({ modules = {}, timeout = DEFAULTS.timeoutMs, schedule = [] }, context) => {
    const problem = (path: Path, message: string, hint: string | null): void =>
      context.addIssue(customIssue(path, message, hint));
    for (const [name, options] of Object.entries(modules)) {
      const { module, problems } = readModule(name, options);
      for (const { key, message, hint } of problems)
        problem(['modules', name, ...(key === null ? [] : [key])], message, hint);
      const setting = lengthOf(module);
      if (options[setting] === undefined || leastDurationMs(module) <= timeout) continue;
      const taken = `no probe may take longer than ${formatDuration(timeout)}, and this one needs ${formatDuration(leastDurationMs(module))}`;
      problem(['modules', name, setting], taken, 'make it shorter, or raise probes.timeout');
    }
    for (const [index, { module: name, interval, perNode }] of schedule.entries()) {
      const { module, problems } = readModule(name, modules[name] ?? {});
      if (perNode === true && module.kind === 'hls')
        problem(
          ['schedule', index, 'perNode'],
          `${name} follows a stream, which has no nodes`,
          'leave it out',
        );
      const needed = leastDurationMs(module);
      if (problems.length > 0 || needed <= Math.min(interval, timeout)) continue;
      const given =
        needed > interval
          ? `the interval is ${formatDuration(interval)}`
          : `probes.timeout is ${formatDuration(timeout)}`;
      problem(
        ['schedule', index, 'interval'],
        `${name} needs ${formatDuration(needed)}, but ${given}`,
        `raise it, or give its module a shorter ${lengthOf(module)}`,
      );
    }
  });

/** Setting that decides how long a probe of a module takes at least. */
const lengthOf = ({ kind }: Module): 'duration' | 'pause' =>
  kind === 'agent_call' ? 'pause' : 'duration';

type ProbesSection = z.output<ReturnType<typeof probesSection>>;

export const probeSettings = (section: ProbesSection): ProbeSettings => {
  const {
    maxConcurrent = DEFAULTS.maxConcurrent,
    maxQueued = DEFAULTS.maxQueued,
    modules = {},
    schedule = [],
  } = section;
  const all = { ...Object.fromEntries(PROBE_KINDS.map((kind) => [kind, {}])), ...modules };
  return {
    maxConcurrent,
    maxQueued,
    timeoutMs: section.timeout ?? DEFAULTS.timeoutMs,
    scrapeTimeoutOffsetMs: section.scrapeTimeoutOffset ?? DEFAULTS.scrapeTimeoutOffsetMs,
    modules: new Map(
      Object.entries(all).map(([name, options]) => [name, readModule(name, options).module]),
    ),
    schedule: schedule.map(({ target, module: moduleName, interval, perNode = false }) => ({
      target,
      module: moduleName,
      intervalMs: interval,
      perNode,
    })),
  };
};
