import {
  hinted,
  labels,
  name,
  quote,
  strict,
  suggest,
  whole,
  word,
  yesOrNo,
} from '@livekit-swarm/settings';
import { z } from 'zod';
import { actions } from '../../actions/action-file.ts';
import { LIMITS } from '../../limits.ts';
import { connectSetting } from '../../role-keys/connect.ts';
import { DEPARTURES } from '../../role-keys/departure.ts';
import { e2eeSetting } from '../../role-keys/e2ee.ts';
import { ENGINE_NAMES } from '../../role-keys/engine.ts';
import { grants } from '../../role-keys/grants.ts';
import { network } from '../../role-keys/network.ts';
import { PATHS } from '../../role-keys/path.ts';
import { turnsSetting } from '../../role-keys/turns.ts';
import { data, layout, publish } from '../../track-file.ts';

export const path = () => word(PATHS, 'path').optional();

/** Participants of a room that behave alike, and their number. */
export const role = strict({
  count: whole(0, LIMITS.perRoom).default(1).describe('Participants of the role per room.'),
  publish: publish
    .default([])
    .describe(
      'What each of them publishes: a track, a profile, or a list of them. Default: nothing.',
    ),
  subscribe: yesOrNo()
    .optional()
    .describe('Whether they receive the tracks of others. Default: yes.'),
  layout: layout()
    .optional()
    .describe(
      'What they subscribe to. speaker: one large video; grid:N: up to N videos in tiles. Audio is always received, except with none. Default: all.',
    ),
  data: data()
    .optional()
    .describe('Data messages that each of them sends: RATE[:BYTES[:reliable|lossy]].'),
  grants: grants()
    .describe(
      'Grants of the token (LiveKit’s VideoGrant). Default: what the role needs. Fewer grants test a denial.',
    )
    .optional(),
  network: network.optional().describe('An impaired access network: a preset, or one of your own.'),
  rateAdaptation: yesOrNo()
    .optional()
    .describe(
      'Whether the video that they send follows the bandwidth that they estimate, as in browsers. Default: no; everything is sent, whatever is lost. Real clients always adapt.',
    ),
  path: path().describe(
    'How media reaches a node. direct: UDP; ice-tcp: TCP; turn-…: through a TURN server; auto: ICE selects. Default: that of the group.',
  ),
  hostSelector: labels()
    .optional()
    .describe(
      'Labels of the hosts that these participants may be on, in a run with --queue. Default: any host of the run.',
    ),
  connect: connectSetting()
    .optional()
    .describe(
      'They ask a token endpoint of the application for their server and token, before each join, reconnect and rejoin. Default: tokens made with the API key.',
    ),
  e2ee: e2eeSetting().describe(
    'End-to-end encryption. throw-away: with a key made for the run; wrong-key: with another one. Default: that of the group.',
  ),
  permanent: yesOrNo()
    .default(false)
    .describe(
      'With an executor that replaces participants: these stay as long as the room is open.',
    ),
  engine: word(ENGINE_NAMES, 'engine')
    .optional()
    .describe(
      'What they are. native: many per host. browser: Chromium with livekit-client. rtc: libwebrtc (@livekit/rtc-node). Real clients decode, and cost 20 to 500 times as much. Default: native.',
    ),
  departure: word(DEPARTURES, 'departure')
    .optional()
    .describe(
      'How their stays end. leave: LEAVE, then close. close: without LEAVE. disappear: neither. before-response, before-offer, before-ice: they are gone during the join, and publish nothing. Default: leave.',
    ),
  turns: turnsSetting()
    .optional()
    .describe(
      'They take turns in speaking with all of their room that have this key; while others speak they send silence. Default: they speak all the time.',
    ),
  actions: actions().optional().describe('What each of them does during its stay, and when.'),
}).meta({ id: 'role' });

export type RoleFile = z.output<typeof role>;

export const roles = () =>
  z
    .record(name('the name of a role'), role, {
      error: hinted('must be a mapping of roles', 'write speaker: { count: 2, publish: audio }'),
    })
    .describe('The participants of each room, by role; they join in this order.');

/** Values of `publish` that profiles cannot be named. */
export const TRACK_WORDS = ['audio', 'video', 'screen', 'none'] as const;

export const noSuchProfile = (
  given: string,
  profiles: readonly string[],
): { message: string; hint: string } => ({
  message: `${quote(given)} is neither a track nor a profile of this file`,
  hint: suggest(given, [...TRACK_WORDS, ...profiles], 'available:'),
});
