import {
  hinted,
  parseDuration,
  reading,
  strict,
  text,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { CIPHER_SUITES, CLIENT_AUTH_TYPES, CURVES, namesOf, TLS_VERSIONS } from './tls-names.ts';

const MAX_PEM = 1 << 19;
/**
 * Highest cost of a password hash: each step doubles the time to check a password, which is a
 * second or two at this one.
 */
const MAX_COST = 14;
const HASH_HINT = "make one with: htpasswd -nBC 10 '' | tr -d ':\\n'";

const path = () => text(4_096, 'a path');
const pem = () => text(MAX_PEM, 'PEM');
const listOf = <Item extends z.ZodType>(item: Item, example: string) =>
  z.array(item, { error: hinted('must be a list', `write [${example}]`) });

/** Schema of a bcrypt hash. Its messages do not contain the hash. */
const passwordHash = () =>
  z
    .string({ error: hinted('must be a bcrypt hash', HASH_HINT) })
    .regex(/^\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}$/, {
      error: hinted('is not a bcrypt hash', HASH_HINT),
      abort: true,
    })
    .refine((hash) => Number(hash.slice(4, 6)) <= MAX_COST, {
      error: hinted(
        `the cost of the hash is above ${MAX_COST}: a check would take longer than a scrape`,
        HASH_HINT,
      ),
    });

const header = () => text(4_096, 'the value of a header').optional();

/**
 * Schema of the web configuration file of Prometheus' exporter-toolkit (docs/web-configuration.md
 * there). An empty section is one without keys, as in Go.
 */
export const webConfigFile = () =>
  strict({
    tls_server_config: strict({
      cert: pem().optional(),
      key: pem().optional(),
      client_ca: pem().optional(),
      cert_file: path().optional(),
      key_file: path().optional(),
      client_auth_type: word(CLIENT_AUTH_TYPES, 'policy on client certificates').optional(),
      client_ca_file: path().optional(),
      client_allowed_sans: listOf(text(1_000, 'a name'), 'prometheus.example.com').optional(),
      min_version: word(namesOf(TLS_VERSIONS), 'version of TLS').optional(),
      max_version: word(namesOf(TLS_VERSIONS), 'version of TLS').optional(),
      cipher_suites: listOf(
        word(namesOf(CIPHER_SUITES), 'cipher suite'),
        'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
      ).optional(),
      prefer_server_cipher_suites: yesOrNo().optional(),
      curve_preferences: listOf(word(namesOf(CURVES), 'curve'), 'X25519, CurveP256').optional(),
    }).nullish(),
    http_server_config: strict({
      http2: yesOrNo().optional(),
      headers: strict({
        'Content-Security-Policy': header(),
        'X-Frame-Options': word(['deny', 'sameorigin'], 'value').optional(),
        'X-Content-Type-Options': word(['nosniff'], 'value').optional(),
        'X-XSS-Protection': header(),
        'Strict-Transport-Security': header(),
      }).nullish(),
    }).nullish(),
    basic_auth_users: z
      .record(z.string(), passwordHash(), {
        error: hinted('must name users', 'write NAME: HASH for each user'),
      })
      .nullish(),
    rate_limit: strict({
      // Go reads 0 without a unit as well.
      interval: z
        .union([z.literal(0).transform(() => 0), z.string().transform(reading(parseInterval))], {
          error: hinted('must be a duration', 'write 100ms or 1s; 0 for no limit'),
        })
        .optional(),
      burst: whole(0, 1_000_000).optional(),
    }).nullish(),
  });

const parseInterval = (value: string): number => (value === '0' ? 0 : parseDuration(value));

export type WebConfigFile = z.output<ReturnType<typeof webConfigFile>>;
