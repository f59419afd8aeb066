import {
  bitRate,
  customIssue,
  duration,
  hinted,
  quote,
  share,
  strict,
  suggest,
  textOf,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { type FileForm, form } from '../language/write/form.ts';
import { bitRateText, durationText, shareText } from '../language/write/texts.ts';
import {
  impairmentSchema,
  type LinkImpairment,
  type NetworkImpairment,
} from '../network/impairment.ts';
import {
  isNetworkPresetName,
  networkPreset,
  networkPresetNames,
  PERFECT_LINK,
} from '../network/network-presets.ts';
import { defineRoleKey } from './definition.ts';

/** Limits beyond which a value is a typing error rather than a network; the pump has the same. */
const LIMITS = {
  burst: 1_000,
  delayMs: 10_000,
  jitterMs: 1_000,
  /** Largest share: only one of two packets can arrive behind the other. */
  reorder: 0.5,
  minRateBps: 10_000,
  maxRateBps: 100_000_000_000,
  minQueueMs: 1,
  queueMs: 10_000,
} as const;

/**
 * Shortest mean burst that allows the loss, packets: there is at least one packet between two
 * bursts.
 */
const shortestBurst = ({ loss }: LinkImpairment): number => (loss < 1 ? loss / (1 - loss) : 1);

/** Difference that counts as rounding: 0.9 / 0.1 is slightly off 9. */
const ROUNDING = 1e-9;

const burst = () => {
  const error = `must be a number from 1 to ${LIMITS.burst} packets`;
  return z.number({ error }).min(1, { error }).max(LIMITS.burst, { error });
};

/** Effects of a link; absent: none. */
const link = strict({
  loss: share().default(PERFECT_LINK.loss).describe('Share of packets dropped.'),
  burst: burst()
    .default(PERFECT_LINK.burst)
    .describe('Mean length of a loss burst, packets. 1: independent losses.'),
  delay: duration(0, LIMITS.delayMs).prefault('0s').describe('Delay of every packet.'),
  jitter: duration(0, LIMITS.jitterMs)
    .prefault('0s')
    .describe('Random delay in addition, with this mean.'),
  reorder: share()
    .refine((value) => value <= LIMITS.reorder, { error: 'must be from 0% to 50%' })
    .default(PERFECT_LINK.reorder)
    .describe('Share of packets that arrive behind the one that followed them.'),
  rate: bitRate()
    .refine((bps) => bps >= LIMITS.minRateBps && bps <= LIMITS.maxRateBps, {
      error: 'must be from 10kbit/s to 100Gbit/s',
    })
    .optional()
    .describe('Rate of the link.'),
  queue: duration(LIMITS.minQueueMs, LIMITS.queueMs)
    .optional()
    .describe(
      'Longest wait in the queue of a link with a rate: a packet that would wait longer is dropped.',
    ),
}).transform(({ delay, jitter, rate, queue, ...shares }, context): LinkImpairment => {
  if (context.issues.length > 0) return z.NEVER;
  const given: LinkImpairment = {
    ...shares,
    delayMs: delay,
    jitterMs: jitter,
    rateBps: rate ?? PERFECT_LINK.rateBps,
    queueMs: queue ?? PERFECT_LINK.queueMs,
  };
  const least = shortestBurst(given) - ROUNDING;
  if (given.burst !== 1 && given.burst < least) {
    const message = `is too short for that much loss: make it ${Math.ceil(least)} or more, or 1 for independent losses`;
    context.addIssue(customIssue(['burst'], message, null));
  }
  return given;
});

/** Schema of a network: the name of a preset, or a custom network. */
const networkSetting = z
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
        up: link.prefault({}).describe('Link from the participant to the server.'),
        down: link.prefault({}).describe('Link from the server to the participant.'),
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

/** Form that `networkSetting` reads. */
const networkForm = ({
  name,
  impairment,
}: {
  name: string;
  impairment: NetworkImpairment;
}): unknown => {
  if (
    isNetworkPresetName(name) &&
    JSON.stringify(networkPreset(name).impairment) === JSON.stringify(impairment)
  )
    return name;
  const { up, down } = impairment;
  return form(['up', linkForm(up)], ['down', linkForm(down)]);
};

const linkForm = (link: LinkImpairment): FileForm => {
  const differs = (property: keyof LinkImpairment): boolean =>
    link[property] !== PERFECT_LINK[property];
  return form(
    differs('loss') && ['loss', shareText(link.loss)],
    differs('burst') && ['burst', link.burst],
    differs('delayMs') && ['delay', durationText(link.delayMs)],
    differs('jitterMs') && ['jitter', durationText(link.jitterMs)],
    differs('reorder') && ['reorder', shareText(link.reorder)],
    link.rateBps !== null && ['rate', bitRateText(link.rateBps)],
    differs('queueMs') && ['queue', durationText(link.queueMs)],
  );
};

/**
 * Impaired access network: the name of a preset (or `custom`) and its effect. Null: no impairment.
 */
export const network = defineRoleKey({
  name: 'network',
  file: networkSetting
    .optional()
    .describe('An impaired access network: a preset, or one of your own.'),
  settings: z.object({ name: z.string(), impairment: impairmentSchema }).nullable(),
  plan: { from: (settings): NetworkImpairment | null => settings?.impairment ?? null },
  nativeOnly: true,
  read: (given) => given ?? null,
  write: (settings) => (settings === null ? undefined : networkForm(settings)),
});
