import {
  hinted,
  type JsonSchema,
  positive,
  settingsJsonSchema,
  strict,
  text,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';

const TRUST = ['vendor', 'reported', 'assumed'] as const;

const MOST = 1e9;

const amount = (what: string) => {
  const error = `${what} must be a number from 0 to ${MOST}`;
  return z.number({ error }).min(0, { error }).max(MOST, { error });
};

const key = (what: string) =>
  z.string({ error: `${what} must be a word` }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, {
    error: hinted(`${what} cannot be written like this`, 'use letters, digits, dots and hyphens'),
  });

const DAY = hinted('must be a day', 'write 2026-09-14');

const source = () =>
  strict({
    url: z
      .url({ protocol: /^https?$/, error: hinted('must be a URL', 'write https://…') })
      .describe('Page of the vendor where the price can be checked.'),
    read: z.iso.date({ error: DAY }).describe('Day on which the price was read.'),
    trust: word(TRUST, 'degree of trust').describe(
      'vendor: read there, or in a stored copy; reported: in accounts of others; assumed: not verified.',
    ),
  });

const tier = () =>
  strict({
    upTo: positive(MOST, ' GB')
      .optional()
      .describe('End of the tier: GB of the month in all. The last tier has none.'),
    each: amount('a price').describe('Price of each GB in this tier.'),
  });

const EXAMPLE = 'write - { upTo: 10240, each: 0.09 }, and last - { each: 0.05 }';

const tiers = () =>
  z
    .array(tier(), { error: hinted('must be a list of tiers', EXAMPLE) })
    .min(1, { error: hinted('has no tiers', EXAMPLE) })
    .refine(
      (all) =>
        all.every(({ upTo }, index) =>
          index === all.length - 1
            ? upTo === undefined
            : upTo !== undefined && upTo > (all[index - 1]?.upTo ?? 0),
        ),
      { error: hinted('must ascend, and only the last may lack upTo', EXAMPLE) },
    );

const quota = (of: string) =>
  strict({
    included: amount('what is included').describe(`${of} that the plan includes each month.`),
    each: amount('a price').optional().describe('Price of each one beyond.'),
  });

const machine = () =>
  strict({
    vcpus: whole(1, 1_024),
    memory: positive(65_536, ' GB').describe('GB.'),
    hour: amount('a price').optional().describe('Price of an hour.'),
    month: amount('a price')
      .optional()
      .describe(
        'Price of a month: the most that is billed, or the only price if there is none for an hour.',
      ),
    sharedCpu: yesOrNo()
      .default(false)
      .describe(
        'Its vCPUs are shared with other customers, so that the capacity of a node varies.',
      ),
    reclaimable: yesOrNo()
      .default(false)
      .describe(
        'The provider may reclaim it at short notice (Spot), and changes its price with demand.',
      ),
    includedTraffic: amount('included traffic')
      .default(0)
      .describe('GB to the internet that each machine adds to the month.'),
  }).refine(({ hour, month }) => hour !== undefined || month !== undefined, {
    error: hinted('has no price', 'give hour, month, or both'),
  });

const service = () =>
  strict({
    source: source(),
    month: amount('a price').optional().describe('Price of a month.'),
    hour: amount('a price').optional().describe('Price of an hour, all month.'),
  }).refine(({ month, hour }) => (month === undefined) !== (hour === undefined), {
    error: hinted('must have one price', 'give month or hour'),
  });

const named = <Value extends z.ZodType>(what: string, value: Value) =>
  z.record(key(`the name of ${what}`), value, {
    error: hinted('must be a mapping', 'see the price book of swarm: docs/cost.md'),
  });

const CURRENCY = z
  .string()
  .regex(/^[A-Z]{3}$/, { error: hinted('must be a currency', 'write EUR') });

/**
 * Schema of the price book. Amounts are per month unless a key states another time; GB is 1,000 MB.
 */
export const priceBookSchema = () =>
  strict({
    exchangeRates: z
      .record(
        CURRENCY,
        strict({
          usd: positive(1e6).describe('Price of one unit, USD.'),
          source: source(),
        }),
      )
      .default({}),
    livekitCloud: strict({
      source: source(),
      roundsUpToMinutes: positive(60).describe('Minutes that each connection is rounded up to.'),
      plans: named(
        'a plan',
        strict({
          month: amount('a price').describe('Base price, USD.'),
          minutes: quota('Participant-minutes'),
          traffic: quota('GB of downstream data transfer'),
          concurrent: whole(1, 100_000_000)
            .optional()
            .describe('Participants at the same time that the plan allows. Default: any number.'),
          hardLimit: yesOrNo()
            .default(false)
            .describe(
              'True if the included amounts cannot be exceeded: larger loads do not fit the plan.',
            ),
        }),
      ),
    }).describe('LiveKit Cloud, USD.'),
    providers: named(
      'a provider',
      strict({
        region: text(60, 'a region'),
        currency: CURRENCY.default('USD').describe('Currency of all prices of this provider.'),
        machines: strict({ source: source(), types: named('a machine', machine()) }),
        traffic: strict({
          source: source(),
          unit: word(['GB', 'GiB'], 'unit').default('GB').describe('Unit of the tiers.'),
          tiers: tiers(),
        }).describe('To the internet. What arrives is free.'),
        services: named('a service', service())
          .default({})
          .describe('What else a deployment needs: load balancer, Redis, control plane.'),
      }),
    ),
    turn: named('a TURN service', strict({ source: source(), tiers: tiers() })).default({}),
    storage: named(
      'a storage service',
      strict({
        source: source(),
        month: amount('a price').describe('Price of each GB and month.'),
      }),
    ).default({}),
  });

export type PriceBook = z.output<ReturnType<typeof priceBookSchema>>;
export type Source = z.output<ReturnType<typeof source>>;
export type Tier = z.output<ReturnType<typeof tier>>;
export type CloudPlan = PriceBook['livekitCloud']['plans'][string];
export type Provider = PriceBook['providers'][string];
export type Machine = Provider['machines']['types'][string];

/** JSON Schema (draft 7) of a price book, for editors. */
export const priceBookJsonSchema = (): JsonSchema =>
  settingsJsonSchema(
    priceBookSchema(),
    'A price book of swarm cost',
    'cost/schema/prices.schema.json',
  );
