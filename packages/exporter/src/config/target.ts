import {
  assertHostAllowed,
  type HostRules,
  isHostAllowed,
  parseServerUrl,
  type TokenEndpoint,
} from '@livekit-swarm/livekit';
import { connectSetting } from '@livekit-swarm/scenario';
import {
  hinted,
  reading,
  type SecretRef,
  secretRef,
  strict,
  text,
  usageError,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import type { RotatingKey } from '../api-key.ts';
import { fixedSecret, type Secret, type Secrets } from './live-secret.ts';
import { urlPattern } from './url-pattern.ts';

/** Deployment of LiveKit. */
export interface Target extends RotatingKey {
  /** Name of the deployment, which is the label of its metrics. */
  name: string;
  /** URL for clients, ws:// or wss://. */
  url: string;
  /** URL of the API, if it is not below `url`. */
  apiUrl?: string | undefined;
  nodes: readonly TargetNode[];
  /**
   * Check whether a URL requested at /probe belongs to this deployment, so that its keys may be
   * used there.
   */
  isAllowedUrl(url: string): boolean;
  redisUrl: string | null;
  /**
   * Token endpoint from which participants of probes get server and token, as users do; absent:
   * tokens are made with the API key.
   */
  readonly tokenEndpoint?: TokenEndpoint | undefined;
}

/** Node of a deployment, reached directly. */
export interface TargetNode {
  name: string;
  url: string;
  /** URL of the metrics of the node, which also contain its id; null if not configured. */
  metricsUrl: string | null;
}

/** Schema of names of targets, nodes and modules, which become labels. */
export const labelName = (what: string) =>
  z.string({ error: `${what} must be a word` }).regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/, {
    error: hinted(
      `${what} may hold letters, digits, hyphens, underscores and full stops, 63 at most`,
      'write it like production or eu-1',
    ),
  });

/** Schema of the URL of a livekit-server: ws://, wss://, http:// or https://. */
export const serverUrl = () =>
  z
    .string({
      error: hinted('must be the URL of a livekit-server', 'write wss://livekit.example.com'),
    })
    .transform(reading(checkUrl))
    .meta({ samples: ['wss://livekit.example.com', 'ws://127.0.0.1:7880'] });

/**
 * Convert the URL of a livekit-server to ws:// or wss://.
 * @throws SwarmError `bad_url`
 */
export const checkUrl = (url: string): string => parseServerUrl(url).ws;

const httpUrl = (what: string) =>
  z
    .string()
    .refine(
      (url) => /^https?:\/\/[^/@]+/.test(url) && URL.canParse(url) && new URL(url).password === '',
      {
        error: hinted(`must be the URL of ${what}`, 'write http://10.0.0.1:6789/metrics'),
      },
    );

const node = () =>
  z.union(
    [
      serverUrl().transform((url) => ({ url, metricsUrl: undefined })),
      strict({
        url: serverUrl().describe('URL of this node, not of a load balancer.'),
        metricsUrl: httpUrl("the node's metrics")
          .optional()
          .describe(
            '/metrics of the node, which contains its id: the room of a probe is then assigned to it.',
          ),
      }),
    ],
    {
      error: hinted(
        'must be a node',
        'write ws://10.0.0.1:7880, or { url: ws://10.0.0.1:7880, metricsUrl: http://10.0.0.1:6789/metrics }',
      ),
    },
  );

const apiKeySection = () => ({
  apiKey: z
    .union([text(200, 'an API key'), secretRef()], {
      error: hinted('must be an API key', 'write it, or { env: NAME } or { file: PATH }'),
    })
    .describe('API key, as in `keys` of livekit-server.'),
  apiSecret: secretRef().describe('Secret of the API key.'),
});

export const targetSection = () =>
  strict({
    url: serverUrl().describe(
      'URL that clients connect to: that of the load balancer if there is one.',
    ),
    apiUrl: serverUrl()
      .optional()
      .describe('URL of the API (`/twirp`), where it is not below `url`: an internal address.'),
    ...apiKeySection(),
    previousKey: strict(apiKeySection())
      .optional()
      .describe(
        'A second key, while keys are rotated: webhooks and tokens of browsers that are signed with it are accepted as well.',
      ),
    connect: connectSetting()
      .optional()
      .describe(
        'Token endpoint of the application: participants of probes of `url` ask it, as users do. Probes of single nodes do not.',
      ),
    nodes: z
      .record(labelName('the name of a node'), node(), {
        error: hinted('must name nodes', 'write node-1: ws://10.0.0.1:7880'),
      })
      .optional()
      .describe('Each livekit-server, so that it can be probed directly.'),
    allowedUrls: z
      .array(urlPattern(), { error: hinted('must be a list', 'write [ws://10.0.*.*:7880]') })
      .optional()
      .describe(
        'URLs that /probe?target=URL may use with the keys of this target. An asterisk matches one part of a name or address.',
      ),
    redis: z
      .union([text(500, 'an address of Redis'), secretRef()], {
        error: hinted('must be a URL of Redis', 'write redis://10.0.0.5:6379, or { env: NAME }'),
      })
      .optional()
      .describe(
        'The Redis that the nodes share, to find ghost rooms: rooms that no live node holds. A URL with a password only as { env: NAME } or { file: PATH }.',
      ),
  });

type TargetSection = z.output<ReturnType<typeof targetSection>>;

/**
 * Read a target from its section of the configuration.
 * @param where returns the place of a key of the target: `exporter.yaml:3:5`
 * @throws SwarmError `usage`, also if the rules of hosts deny one of its URLs
 */
export const readTarget = async (
  name: string,
  section: TargetSection,
  where: (key: string) => string,
  secrets: Secrets,
  rules: HostRules,
): Promise<Target> => {
  const read = async (key: string, ref: string | SecretRef): Promise<Secret> =>
    typeof ref === 'string'
      ? fixedSecret(ref)
      : secrets.read(ref, `${where(key)}: targets.${name}.${key}`);
  const { url, apiUrl, nodes = {}, allowedUrls = [], redis, previousKey, connect } = section;
  for (const one of [url, apiUrl ?? url]) assertHostAllowed(one, rules);
  for (const one of Object.values(nodes)) assertHostAllowed(one.url, rules);
  for (const one of connect === undefined ? [] : [connect.url, ...connect.servers])
    assertHostAllowed(one, rules);
  const key = await read('apiKey', section.apiKey);
  const secret = await read('apiSecret', section.apiSecret);
  const previous =
    previousKey === undefined
      ? null
      : {
          key: await read('previousKey', previousKey.apiKey),
          secret: await read('previousKey', previousKey.apiSecret),
        };
  const headers: [string, Secret][] = [];
  for (const [header, ref] of Object.entries(connect?.headers ?? {}))
    headers.push([header, await read('connect', ref)]);
  return {
    name,
    url,
    ...(apiUrl !== undefined && { apiUrl }),
    get tokenEndpoint() {
      return connect === undefined
        ? undefined
        : {
            url: connect.url,
            headers: Object.fromEntries(headers.map(([header, { current }]) => [header, current])),
            hosts: [url, ...connect.servers].map((server) => parseServerUrl(server).host),
          };
    },
    get apiKey() {
      return key.current;
    },
    get apiSecret() {
      return secret.current;
    },
    get previousKey() {
      return previous === null
        ? null
        : { apiKey: previous.key.current, apiSecret: previous.secret.current };
    },
    nodes: Object.entries(nodes).map(([nodeName, one]) => ({
      name: nodeName,
      url: one.url,
      metricsUrl: one.metricsUrl ?? null,
    })),
    isAllowedUrl: (candidate) =>
      allowedUrls.some((matches) => matches(candidate)) && isHostAllowed(candidate, rules),
    redisUrl:
      redis === undefined
        ? null
        : checkRedis(
            (await read('redis', redis)).current,
            redis,
            `${where('redis')}: targets.${name}.redis`,
          ),
  };
};

const checkRedis = (url: string, ref: string | SecretRef, where: string): string => {
  const parsed = URL.parse(url);
  if (parsed === null || !/^rediss?(\+sentinel)?:$/.test(parsed.protocol)) {
    throw usageError(
      `${where}: not a Redis URL`,
      'write redis://HOST:6379, rediss:// with TLS, or redis+sentinel://HOST:26379?master=NAME',
    );
  }
  if (typeof ref === 'string' && parsed.password !== '') {
    throw usageError(
      `${where}: a password must not stand in the file itself`,
      'put the whole URL into a variable or a file: { env: NAME }',
    );
  }
  return url;
};
