import { MAX_DATA_BYTES, MIN_DATA_BYTES } from '@livekit-swarm/scenario';
import {
  duration,
  formatDuration,
  type Path,
  say,
  share,
  strict,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { labelName } from '../../config/target.ts';
import { KINDS, moduleOf, type ProbeModule, probeDurationMs } from './module.ts';

/** When a target is probed without being asked. */
export interface ProbeSchedule {
  target: string;
  module: string;
  everyMs: number;
  /** Whether each node is probed, too. */
  nodes: boolean;
}

export interface ProbeSettings {
  /** Probes under way at the same time. */
  concurrent: number;
  /** Probes that wait for their turn; more are turned away. */
  waiting: number;
  /** No probe takes longer, ms, whatever a scraper allows. */
  longestMs: number;
  /** What is kept of a scraper's timeout for the answer to arrive, ms. */
  spareMs: number;
  modules: ReadonlyMap<string, ProbeModule>;
  schedule: readonly ProbeSchedule[];
}

const DEFAULTS = { concurrent: 4, waiting: 16, longestMs: 30_000, spareMs: 500 } as const;
const SPAN = { min: 1_000, max: 60_000 } as const;

const limits = () =>
  strict({
    join: duration(1, 60_000)
      .optional()
      .describe('From starting to join until the media connection stands. Default: 5s.'),
    loss: share().optional().describe('Packets lost after retransmission. Default: 5%.'),
    jitter: duration(1, 10_000).optional().describe('Interarrival jitter. Default: no limit.'),
    latency: duration(1, 60_000)
      .optional()
      .describe('One way, p95; for data there and back. Default: no limit.'),
  });

const module = () =>
  strict({
    kind: word(KINDS, 'kind of probe')
      .optional()
      .describe('What the two do. May be left out where the name of the module is one of these.'),
    duration: duration(SPAN.min, SPAN.max)
      .optional()
      .describe('Of the media, from when both are in. Default: 3s.'),
    codec: word(['vp8', 'h264'], 'video codec').optional().describe('Of video_pair. Default: vp8.'),
    resolution: word(['180p', '360p', '540p', '720p', '1080p'], 'size of video')
      .optional()
      .describe('Of video_pair. Default: 360p.'),
    simulcast: yesOrNo().optional().describe('Of video_pair: several layers. Default: no.'),
    audio: yesOrNo().optional().describe('Of video_pair: whether they talk as well. Default: yes.'),
    rate: whole(1, 100)
      .optional()
      .describe('Of data_echo: messages a second, each way. Default: 10.'),
    bytes: whole(MIN_DATA_BYTES, MAX_DATA_BYTES)
      .optional()
      .describe('Of data_echo: of a message. Default: 200.'),
    reliable: yesOrNo()
      .optional()
      .describe('Of data_echo: whether lost messages are sent again. Default: no.'),
    signalling: word(['auto', 'v1', 'v0'], 'version of signalling')
      .optional()
      .describe('Default: auto.'),
    limits: limits()
      .optional()
      .describe(
        'Limits for a successful probe, in addition to both participants joining and receiving each other.',
      ),
  });

export const probesSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    concurrent: whole(1, 100).optional().describe('Probes under way at the same time. Default: 4.'),
    waiting: whole(0, 1_000)
      .optional()
      .describe('Probes that wait for their turn; more are answered with 503. Default: 16.'),
    longest: duration(SPAN.min, 120_000)
      .optional()
      .describe('No probe takes longer, whatever a scraper allows. Default: 30s.'),
    spare: duration(0, 5_000)
      .optional()
      .describe(
        "What is kept of Prometheus' scrape timeout for the answer to arrive. Default: 500ms.",
      ),
    modules: z
      .record(labelName('the name of a module'), module(), {
        error: say('must name modules', 'write audio_pair: { duration: 3s }'),
      })
      .optional()
      .describe('audio_pair, video_pair, data_echo and join_only are there without being named.'),
    schedule: z
      .array(
        strict({
          target: labelName('a target').describe('One of targets.'),
          module: labelName('a module'),
          every: duration(5_000, 86_400_000).describe(
            'Between the beginnings of two probes; each begins up to a tenth of it early or late.',
          ),
          nodes: yesOrNo()
            .optional()
            .describe('Whether each node of the target is probed, too. Default: no.'),
        }),
        {
          error: say(
            'must be a list',
            'write - { target: production, module: audio_pair, every: 1m }',
          ),
        },
      )
      .optional()
      .describe('Probes without being asked: their results are on /metrics.'),
  }).superRefine(({ modules = {}, longest = DEFAULTS.longestMs, schedule = [] }, context) => {
    const problem = (path: Path, message: string, hint: string | null): void =>
      context.addIssue({ code: 'custom', path: [...path], message: say(message, hint) });
    for (const [name, options] of Object.entries(modules)) {
      const { module, problems } = moduleOf(name, options);
      for (const { key, message, hint } of problems)
        problem(['modules', name, ...(key === null ? [] : [key])], message, hint);
      if (options.duration === undefined || probeDurationMs(module) <= longest) continue;
      const taken = `no probe may take longer than ${formatDuration(longest)}, and this one needs ${formatDuration(probeDurationMs(module))}`;
      problem(['modules', name, 'duration'], taken, 'make it shorter, or raise probes.longest');
    }
    for (const [index, { module: name, every }] of schedule.entries()) {
      const { module, problems } = moduleOf(name, modules[name] ?? {});
      const needed = probeDurationMs(module);
      if (problems.length > 0 || needed <= Math.min(every, longest)) continue;
      const given =
        needed > every
          ? `every ${formatDuration(every)}`
          : `probes.longest is ${formatDuration(longest)}`;
      problem(
        ['schedule', index, 'every'],
        `${name} needs ${formatDuration(needed)}, but ${given}`,
        'leave it the time, or give its module a shorter duration',
      );
    }
  });

type ProbesSection = z.output<ReturnType<typeof probesSection>>;

export const probeSettings = (section: ProbesSection): ProbeSettings => {
  const {
    concurrent = DEFAULTS.concurrent,
    waiting = DEFAULTS.waiting,
    modules = {},
    schedule = [],
  } = section;
  const all = { ...Object.fromEntries(KINDS.map((kind) => [kind, {}])), ...modules };
  return {
    concurrent,
    waiting,
    longestMs: section.longest ?? DEFAULTS.longestMs,
    spareMs: section.spare ?? DEFAULTS.spareMs,
    modules: new Map(
      Object.entries(all).map(([name, options]) => [name, moduleOf(name, options).module]),
    ),
    schedule: schedule.map(({ target, module: moduleName, every, nodes = false }) => ({
      target,
      module: moduleName,
      everyMs: every,
      nodes,
    })),
  };
};
