import { hinted, secretRef, strict, usageError } from '@livekit-swarm/settings';
import { z } from 'zod';
import { defineRoleKey } from './definition.ts';

/**
 * Endpoint that gives participants their server and token, in the form of records: headers with the
 * places of their values.
 */
export const connectSchema = z.object({
  url: z.string(),
  /** Servers that the endpoint may name besides the deployment of the run. */
  servers: z.array(z.string()),
  headers: z.record(
    z.string(),
    z.union([z.object({ env: z.string() }), z.object({ file: z.string() })]),
  ),
});

export type Connect = z.infer<typeof connectSchema>;

const isEndpoint = (text: string): boolean => {
  const url = URL.parse(text);
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username === '' &&
    url.password === '' &&
    url.search === ''
  );
};

const URL_HINT =
  'write https://app.example.com/token, without credentials and query: secrets go into headers';

const SERVER = /^(wss?|https?):\/\/[^/@?#\s]+\/?$/;

/** Name of a header, a token of RFC 9110 §5.1. */
const HEADER = /^[!#$%&'*+.^_`|~\w-]{1,100}$/;

/** Schema of the endpoint in a scenario file. */
export const connectSetting = () =>
  strict({
    url: z
      .string({ error: hinted('must be the URL of a token endpoint', URL_HINT) })
      .refine(isEndpoint, { error: hinted('is not the URL of a token endpoint', URL_HINT) })
      .describe(
        'Asked by POST with room_name and participant_identity for server_url and participant_token.',
      )
      .meta({ samples: ['https://app.example.com/token'] }),
    servers: z
      .array(
        z.string().regex(SERVER, {
          error: hinted('is not the URL of a server', 'write wss://eu.livekit.example.com'),
        }),
        { error: hinted('must be a list of servers', 'write [wss://eu.livekit.example.com]') },
      )
      .default([])
      .describe(
        'Servers that it may name besides the deployment of the run: load is sent to no other.',
      ),
    headers: z
      .record(
        z.string().regex(HEADER, {
          error: hinted('is not the name of a header', 'write Authorization'),
        }),
        secretRef('the working directory'),
        {
          error: hinted(
            'must be a mapping of headers',
            'write Authorization: { env: APP_AUTHORIZATION }',
          ),
        },
      )
      .default({})
      .describe('Headers of the request, each with where its value is.'),
  });

/** Form that `connectSetting` reads. */
export const connectForm = ({ url, servers, headers }: Connect): unknown => ({
  url,
  ...(servers.length > 0 && { servers }),
  ...(Object.keys(headers).length > 0 && { headers }),
});

/**
 * Read `--token-endpoint URL` and `--token-header NAME=env:VARIABLE`.
 * @throws SwarmError `usage`
 */
export const parseConnect = (
  url: string,
  headers: readonly string[],
  servers: readonly string[],
): Connect => {
  // The URL is not repeated, because its query may hold a secret.
  if (!isEndpoint(url)) throw usageError('--token-endpoint: not the URL of an endpoint', URL_HINT);
  const wrong = servers.find((server) => !SERVER.test(server));
  if (wrong !== undefined)
    throw usageError(
      `--token-server ${wrong}: not the URL of a server`,
      'write wss://eu.livekit.example.com',
    );
  return { url, servers: [...servers], headers: Object.fromEntries(headers.map(parseHeader)) };
};

const parseHeader = (text: string): [string, { env: string } | { file: string }] => {
  const [, name = '', kind, where = ''] = /^([^=]+)=(env|file):(.+)$/.exec(text.trim()) ?? [];
  if (kind === undefined || !HEADER.test(name))
    throw usageError(
      '--token-header: not a header and where its value is',
      'write Authorization=env:APP_AUTHORIZATION, or NAME=file:PATH',
    );
  return [name, kind === 'env' ? { env: where } : { file: where }];
};

/**
 * The token endpoint of an application that participants ask. Absent: their tokens are made with
 * the API key.
 */
export const connect = defineRoleKey({
  name: 'connect',
  file: connectSetting()
    .optional()
    .describe(
      'They ask a token endpoint of the application for their server and token, before each join, reconnect and rejoin. Default: tokens made with the API key.',
    ),
  settings: connectSchema.exactOptional(),
  plan: 'same',
  read: (given) => given,
  write: connectForm,
});
