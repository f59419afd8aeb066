import { moduleOf, PROBE_KINDS, type ProbeModule, probeDurationMs } from '@livekit-swarm/probe';
import { MAX_DATA_BYTES, MIN_DATA_BYTES, PATHS } from '@livekit-swarm/scenario';
import {
  customIssue,
  duration,
  formatDuration,
  hinted,
  name,
  type Path,
  share,
  strict,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { labelName } from '../../config/target.ts';

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
  modules: ReadonlyMap<string, ProbeModule>;
  schedule: readonly ProbeSchedule[];
}

const DEFAULTS = {
  maxConcurrent: 4,
  maxQueued: 16,
  timeoutMs: 30_000,
  scrapeTimeoutOffsetMs: 500,
} as const;
const SPAN = { min: 1_000, max: 60_000 } as const;

const limits = () =>
  strict({
    join: duration(1, 60_000)
      .optional()
      .describe(
        'Time from the start of the join until the media transport is connected. Default: 5s.',
      ),
    loss: share().optional().describe('Packets lost after retransmission. Default: 5%.'),
    jitter: duration(1, 10_000).optional().describe('Interarrival jitter. Default: no limit.'),
    latency: duration(1, 60_000)
      .optional()
      .describe('One-way latency, p95; for data the round-trip time. Default: no limit.'),
    ready: duration(1, 60_000)
      .optional()
      .describe('For agent_call: time until the agent is ready to speak. Default: no limit.'),
    response: duration(1, 60_000)
      .optional()
      .describe(
        'For agent_call: from the last voice of the caller to the first one of the agent. Default: no limit.',
      ),
  });

const module = () =>
  strict({
    kind: word(PROBE_KINDS, 'kind of probe')
      .optional()
      .describe('Kind of the probe. Default: the name of the module, if it is one of these.'),
    duration: duration(SPAN.min, SPAN.max)
      .optional()
      .describe('Time for which media is exchanged after both participants joined. Default: 3s.'),
    codec: word(['vp8', 'h264'], 'video codec')
      .optional()
      .describe('For video_pair. Default: vp8.'),
    resolution: word(['180p', '360p', '540p', '720p', '1080p'], 'video resolution')
      .optional()
      .describe('For video_pair. Default: 360p.'),
    simulcast: yesOrNo()
      .optional()
      .describe('For video_pair: publish simulcast layers. Default: no.'),
    audio: yesOrNo().optional().describe('For video_pair: also publish audio. Default: yes.'),
    rate: whole(1, 100)
      .optional()
      .describe('For data_echo: messages per second in each direction. Default: 10.'),
    bytes: whole(MIN_DATA_BYTES, MAX_DATA_BYTES)
      .optional()
      .describe('For data_echo: size of a message. Default: 200.'),
    reliable: yesOrNo()
      .optional()
      .describe('For data_echo: retransmit lost messages. Default: no.'),
    signalling: word(['auto', 'v1', 'v0'], 'version of signalling')
      .optional()
      .describe('Default: auto.'),
    path: word(PATHS, 'path')
      .optional()
      .describe(
        'Path of the media of both participants to the node: direct (UDP), ice-tcp, through a TURN server, or as ICE selects (auto). Default: direct.',
      ),
    agent: name('the name of an agent')
      .optional()
      .describe(
        'For agent_call: agent that is dispatched with the room. Default: none; workers without a name join every room.',
      ),
    opens: word(['caller', 'agent'], 'side')
      .optional()
      .describe('For agent_call: side that speaks first. Default: caller.'),
    pause: duration(0, 30_000)
      .optional()
      .describe(
        'For agent_call: from the join of the agent to the first word of the caller; agents need some time before they listen. Default: 2s.',
      ),
    answerWithin: duration(500, 60_000)
      .optional()
      .describe('For agent_call: longest wait for the agent, and for its answer. Default: 10s.'),
    limits: limits()
      .optional()
      .describe(
        'Limits for a successful probe, in addition to both participants joining and receiving each other.',
      ),
  });

export const probesSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    maxConcurrent: whole(1, 100)
      .optional()
      .describe('Probes that run at the same time. Default: 4.'),
    maxQueued: whole(0, 1_000)
      .optional()
      .describe('Queued probes; further requests get 503. Default: 16.'),
    timeout: duration(SPAN.min, 120_000)
      .optional()
      .describe('Maximum duration of a probe, even if the scrape timeout is longer. Default: 30s.'),
    scrapeTimeoutOffset: duration(0, 5_000)
      .optional()
      .describe(
        'Subtracted from the scrape timeout of Prometheus so that the response arrives in time. Default: 500ms.',
      ),
    modules: z
      .record(labelName('the name of a module'), module(), {
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
      const { module, problems } = moduleOf(name, options);
      for (const { key, message, hint } of problems)
        problem(['modules', name, ...(key === null ? [] : [key])], message, hint);
      const setting = lengthOf(module);
      if (options[setting] === undefined || probeDurationMs(module) <= timeout) continue;
      const taken = `no probe may take longer than ${formatDuration(timeout)}, and this one needs ${formatDuration(probeDurationMs(module))}`;
      problem(['modules', name, setting], taken, 'make it shorter, or raise probes.timeout');
    }
    for (const [index, { module: name, interval }] of schedule.entries()) {
      const { module, problems } = moduleOf(name, modules[name] ?? {});
      const needed = probeDurationMs(module);
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
const lengthOf = ({ agentCall }: ProbeModule): 'duration' | 'pause' =>
  agentCall === null ? 'duration' : 'pause';

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
      Object.entries(all).map(([name, options]) => [name, moduleOf(name, options).module]),
    ),
    schedule: schedule.map(({ target, module: moduleName, interval, perNode = false }) => ({
      target,
      module: moduleName,
      intervalMs: interval,
      perNode,
    })),
  };
};
