import {
  duration,
  hinted,
  type JsonSchema,
  secretRef,
  settingsJsonSchema,
  strict,
  text,
  whole,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { agentsSection } from '../sources/agents/config.ts';
import { clientsSection } from '../sources/clients/config.ts';
import { meteringSection } from '../sources/lifecycle/metering/config.ts';
import { probesSection } from '../sources/probes/config.ts';
import { sessionsSection } from '../sources/sessions/config.ts';
import { labelName, targetSection } from './target.ts';

/**
 * Schema of the configuration file of `swarm exporter`. A source is enabled if its section exists,
 * and does not contain `enabled: false`.
 */
export const configFile = () =>
  strict({
    listen: text(300, 'an address')
      .optional()
      .describe(
        'Address to listen on: ":9465" is this host alone, "0.0.0.0:9465" every interface. Default: ":9465".',
      ),
    publicListen: text(300, 'an address')
      .optional()
      .describe(
        'Address for the reports of LiveKit and browsers, if not `listen`: a flood of connections there then keeps no scraper waiting.',
      ),
    token: secretRef()
      .optional()
      .describe(
        'A bearer token, required everywhere except at /-/healthy, /-/ready and where LiveKit or browsers report. A file is read again when it changes, as with every secret.',
      ),
    previousToken: secretRef()
      .optional()
      .describe('A second token that is accepted as well, while tokens are rotated.'),
    tls: strict({
      cert: text(4_096, 'a path').describe(
        'PEM, with the chain; relative to this file. Read again when it changes.',
      ),
      key: text(4_096, 'a path').describe('PEM.'),
    })
      .optional()
      .describe('Serve https.'),
    limits: strict({
      requests: whole(1, 10_000)
        .optional()
        .describe('Requests at the same time; more are answered with 503. Default: 128.'),
      requestTimeout: duration(1_000, 300_000)
        .optional()
        .describe(
          'To receive a request, and to make an answer other than of /probe. Default: 15s.',
        ),
    }).optional(),
    targets: z
      .record(labelName('the name of a target'), targetSection(), {
        error: hinted(
          'must name targets',
          'write production: { url: wss://…, apiKey: …, apiSecret: { env: NAME } }',
        ),
      })
      .optional()
      .describe(
        'Deployments of LiveKit. Without any, LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET name one.',
      ),
    probes: probesSection().optional().describe('Synthetic calls of two participants.'),
    lifecycle: strict({
      enabled: yesOrNo().optional(),
      interval: duration(1_000, 3_600_000)
        .optional()
        .describe('Interval of the API requests. Default: 15s.'),
      metering: meteringSection()
        .optional()
        .describe('Participant-minutes and traffic by group of rooms.'),
    })
      .optional()
      .describe(
        'Rooms and participants: webhooks at /webhook/NAME of the target, and the room service.',
      ),
    agents: agentsSection()
      .optional()
      .describe('Voice agents: rooms that wait for one, jobs, and workers. Off unless it is here.'),
    clients: clientsSection()
      .optional()
      .describe('Reports of the browsers of real users at /beacon.'),
    sessions: sessionsSection()
      .optional()
      .describe(
        'A journal of sessions from beacons and webhooks, shown at /sessions. Off unless it is here.',
      ),
  });

export type ConfigFile = z.output<ReturnType<typeof configFile>>;

/**
 * JSON Schema (draft 7) of the exporter's configuration, for editors. It omits the rules that only
 * `swarm exporter` can check.
 */
export const exporterJsonSchema = (): JsonSchema =>
  settingsJsonSchema(
    configFile(),
    'The configuration of swarm exporter',
    'exporter/schema/exporter.schema.json',
  );
