import { PROBE_KINDS } from '@livekit-swarm/probe';
import { MAX_DATA_BYTES, MIN_DATA_BYTES, PATHS } from '@livekit-swarm/scenario';
import {
  bitRate,
  duration,
  hinted,
  name,
  share,
  strict,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';

/** Kinds of modules: calls in a room of their own, and a listener of an HLS stream. */
export const MODULE_KINDS = [...PROBE_KINDS, 'hls'] as const;
/** Shortest and longest duration of a module, ms. */
export const DURATION_SPAN = { min: 1_000, max: 60_000 } as const;

/** Schema of the address of a playlist. */
const streamUrl = () =>
  z
    .string()
    .refine((url) => /^https?:\/\/[^/@]+\//.test(url) && URL.canParse(url), {
      error: hinted(
        'must be the address of a playlist, without credentials',
        'write https://cdn.example.com/radio/main.m3u8',
      ),
    })
    .meta({ samples: ['https://cdn.example.com/radio/main.m3u8'] });

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
    start: duration(1, 60_000)
      .optional()
      .describe(
        'For hls: time from the first request until the first segment is loaded. Default: 3s.',
      ),
    age: duration(1, 3_600_000)
      .optional()
      .describe('For hls: age of the newest segment. Default: no limit.'),
  });

const hostName = () =>
  z.string().regex(/^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$/, {
    error: hinted('must be the name of a host', 'write cdn.example.com, without scheme and port'),
  });

/** Schema of a probe module. */
export const moduleSection = () =>
  strict({
    kind: word(MODULE_KINDS, 'kind of probe')
      .optional()
      .describe('Kind of the probe. Default: the name of the module, if it is one of these.'),
    duration: duration(DURATION_SPAN.min, DURATION_SPAN.max)
      .optional()
      .describe(
        'Time for which media is exchanged after both participants joined. Default: 3s. For hls: time for which the stream is followed. Default: 10s.',
      ),
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
    url: streamUrl().optional().describe('For hls: playlist of a live stream.'),
    hosts: z
      .array(hostName(), {
        error: hinted('must be a list of hosts', 'write [cdn.example.com]'),
      })
      .optional()
      .describe(
        'For hls: other hosts that may be loaded, to which playlists and redirects lead. Default: none.',
      ),
    bandwidth: bitRate()
      .optional()
      .describe(
        'For hls: bandwidth of the listener, which chooses the variant. Default: the highest variant.',
      ),
    limits: limits()
      .optional()
      .describe(
        'Limits for a successful probe, in addition to both participants joining and receiving each other; for hls, in addition to a stream without stalls and gaps.',
      ),
  });

/** Settings of a module as a configuration states them. */
export type ModuleSection = z.output<ReturnType<typeof moduleSection>>;

/** Mistake in the settings of a module. */
export interface ModuleProblem {
  /** Setting at fault; null: the module as a whole. */
  key: keyof ModuleSection | null;
  message: string;
  hint: string | null;
}
