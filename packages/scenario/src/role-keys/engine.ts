import { word } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { TrackPlan } from '../track-plan.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { type E2ee, type E2eeKey, e2eeOf } from './e2ee.ts';

/**
 * Implementations of participants. `native`: many per host. `browser`: Chromium with
 * livekit-client. `firefox`: Firefox with it. `rtc`: libwebrtc in @livekit/rtc-node.
 */
const ENGINE_NAMES = ['native', 'browser', 'firefox', 'rtc'] as const;

/** Engines of real clients. */
export const clientEngine = z.enum(['browser', 'firefox', 'rtc']);

export type EngineName = (typeof ENGINE_NAMES)[number];
export type ClientEngineName = z.infer<typeof clientEngine>;

/** The keys of a role that this key depends on. */
export interface EngineRole extends E2eeKey {
  path?: unknown;
}

/** Engine of the participants. Absent: native. */
export const engine = defineRoleKey({
  name: 'engine',
  file: word(ENGINE_NAMES, 'engine')
    .optional()
    .describe(
      'Client that they use. native: many per host. browser: Chromium with livekit-client. firefox: Firefox with it. rtc: libwebrtc (@livekit/rtc-node). Real clients decode, and cost 20 to 500 times as much. Default: native.',
    ),
  settings: clientEngine.exactOptional(),
  plan: 'same',
  isBounded: true,
  read: (given) => (given === 'native' ? undefined : given),
  write: (settings) => settings,
  check: (given, { at, role, group, tracks, complain }: Checking<EngineRole, EngineRole>) => {
    if (given === undefined || given === 'native') return;
    if (tracks.some(isOnlyAClip))
      complain(
        [...at, 'publish'],
        `has music, DTX or media, which is not possible with engine: ${given}`,
        'publish audio or video, or use engine: native',
      );
    if (role.path === undefined && group.path !== undefined)
      complain(
        [...at, 'engine'],
        'is not possible with path of the group',
        'use engine: native',
        'key',
      );
    const e2ee = e2eeOf(role, group);
    if (e2ee !== null && tracks.length > 0 && !canEncrypt(given, e2ee)) {
      const message = `cannot publish with the e2ee of the role: ${given} encrypts with the key index 0 only`;
      complain([...at, 'engine'], message, 'use engine: native, browser or firefox', 'key');
    }
    if (given === 'rtc' && tracks.some((track) => track.kind === 'video' && track.frameMetadata))
      complain(
        [...at, 'publish'],
        'has frameMetadata, which @livekit/rtc-node does not have',
        'leave it out, or use engine: native or browser',
      );
  },
});

/** Check whether a track needs the native engine: real clients encode media that they generate. */
const isOnlyAClip = (track: TrackPlan): boolean =>
  track.media !== undefined ||
  (track.kind === 'audio' && (track.music !== undefined || track.dtx === true));

/**
 * Check whether publishers of an engine support this encryption: @livekit/rtc-node encrypts with
 * the key index 0 only.
 */
const canEncrypt = (engine: EngineName, { keyIndex, keyChange }: E2ee): boolean =>
  engine !== 'rtc' || (keyIndex === 0 && keyChange?.by !== 'new-key');
