import {
  bitRate,
  duration,
  hinted,
  positive,
  quote,
  share,
  strict,
  suggest,
  textOf,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { type NetworkImpairment, networkPreset, networkPresetNames } from './network-presets.ts';
import { linkSchema, NETWORK_LIMITS } from './network-schema.ts';

/** What a link does, in the words of a file; what is left out does nothing. */
const link = strict({
  loss: share().optional().describe('Share of packets dropped.'),
  burst: positive(NETWORK_LIMITS.burst)
    .optional()
    .describe('Mean length of a loss burst, packets. 1: independent losses.'),
  delay: duration(0, NETWORK_LIMITS.delayMs).optional().describe('Of every packet.'),
  jitter: duration(0, NETWORK_LIMITS.jitterMs)
    .optional()
    .describe('Random delay in addition, with this mean.'),
  reorder: share()
    .optional()
    .describe('Share of packets that arrive behind the one that followed them.'),
  rate: bitRate().optional().describe('What the link carries.'),
  queue: duration(NETWORK_LIMITS.minQueueMs, NETWORK_LIMITS.queueMs)
    .optional()
    .describe('With a rate: a packet that would wait longer for its turn is dropped.'),
}).transform(({ loss, burst, delay, jitter, reorder, rate, queue }, context) => {
  if (context.issues.length > 0) return z.NEVER;
  const given = {
    loss,
    burst,
    delayMs: delay,
    jitterMs: jitter,
    reorder,
    rateBps: rate,
    queueMs: queue,
  };
  const result = linkSchema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (result.success) return result.data;
  for (const { path, message } of result.error.issues) {
    const key = String(path[0] ?? '').replace(/(Ms|Bps)$/, '');
    context.addIssue({ code: 'custom', path: key === '' ? [] : [key], message });
  }
  return z.NEVER;
});

/** The name of a preset, or a network of one's own. */
export const network = z
  .union(
    [
      z.enum(networkPresetNames(), {
        error: (issue) =>
          hinted(
            `unknown network ${quote(issue.input)}`,
            suggest(textOf(issue.input), networkPresetNames(), 'available:'),
          )(issue),
      }),
      strict({
        up: link.prefault({}).describe('From the participant to the server.'),
        down: link.prefault({}).describe('From the server to the participant.'),
      }),
    ],
    {
      error: hinted(
        'must be a network',
        `write one of ${networkPresetNames().join(', ')}, or { up: { loss: 2% }, down: … }`,
      ),
    },
  )
  .transform((given): { name: string; impairment: NetworkImpairment } =>
    typeof given === 'string'
      ? { name: given, impairment: networkPreset(given).impairment }
      : { name: 'custom', impairment: given },
  )
  .meta({ id: 'network' });
