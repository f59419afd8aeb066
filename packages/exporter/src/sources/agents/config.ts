import { customIssue, duration, hinted, strict, whole, yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import { labelName } from '../../config/target.ts';

/** Workers of one agent that are deployed and scaled together. */
export interface WorkerPool {
  name: string;
  /** Health servers of the workers. */
  urls: readonly string[];
  /** True if every address of a name in `urls` is a worker of its own. */
  everyAddress: boolean;
  /** Port of the workers' metrics; null: they have none. */
  metricsPort: number | null;
  /** Jobs that a worker carries; null: not known. */
  maxJobs: number | null;
}

export interface AgentsSettings {
  intervalMs: number;
  /** Time without an agent after which a dispatch is lost, ms. */
  lostAfterMs: number;
  pools: readonly WorkerPool[];
}

const DEFAULTS = { intervalMs: 15_000, lostAfterMs: 15_000 } as const;
const HINT = 'write http://10.0.0.7:8081';

const healthUrl = () =>
  z
    .string({ error: hinted('must be the URL of a health server', HINT) })
    .refine((url) => /^https?:\/\/[^/@]+\/?$/.test(url) && URL.canParse(url), {
      error: hinted('must be the URL of a health server, without a path', HINT),
    })
    .meta({ samples: ['http://10.0.0.7:8081'] });

const pool = () =>
  strict({
    urls: z
      .array(healthUrl(), { error: hinted('must be a list', 'write [http://10.0.0.7:8081]') })
      .min(1, { error: 'names no worker' })
      .describe("Health servers of the workers, at port 8081 with LiveKit's SDKs."),
    everyAddress: yesOrNo()
      .optional()
      .describe(
        'Every address of a name in urls is a worker: for a headless Service of Kubernetes. Only with http://. Default: no.',
      ),
    metricsPort: whole(1, 65_535)
      .optional()
      .describe(
        'Port of the metrics of the workers (`prometheus_port` in Python), for their load and start. Default: only the health server is read.',
      ),
    maxJobs: whole(1, 100_000)
      .optional()
      .describe(
        'Jobs that a worker carries, as `swarm agents capacity` measures it, for the alert on full workers.',
      ),
  }).superRefine(({ urls, everyAddress }, context) => {
    for (const [index, url] of urls.entries())
      if (everyAddress === true && !url.startsWith('http:'))
        context.addIssue(
          customIssue(
            ['urls', index],
            'is not possible with everyAddress: a certificate is that of a name',
            'write http://, or leave everyAddress out',
          ),
        );
  });

/** Schema of the section `agents` of the configuration file. */
export const agentsSection = () =>
  strict({
    enabled: yesOrNo().optional(),
    interval: duration(1_000, 3_600_000)
      .optional()
      .describe('Interval of the polls. Each makes two API calls for each room. Default: 15s.'),
    lostAfter: duration(1_000, 3_600_000)
      .optional()
      .describe('Time without an agent after which a dispatch counts as lost. Default: 15s.'),
    workers: z
      .record(labelName('the name of a pool'), pool(), {
        error: hinted(
          'must name pools of workers',
          'write support: { urls: [http://10.0.0.7:8081] }',
        ),
      })
      .optional()
      .describe('Workers by pool: those of one agent, which are scaled together.'),
  });

export const agentsSettings = ({
  interval,
  lostAfter,
  workers = {},
}: z.output<ReturnType<typeof agentsSection>>): AgentsSettings => ({
  intervalMs: interval ?? DEFAULTS.intervalMs,
  lostAfterMs: lostAfter ?? DEFAULTS.lostAfterMs,
  pools: Object.entries(workers).map(([name, { urls, everyAddress, metricsPort, maxJobs }]) => ({
    name,
    urls,
    everyAddress: everyAddress ?? false,
    metricsPort: metricsPort ?? null,
    maxJobs: maxJobs ?? null,
  })),
});
