import { yesOrNo } from '@livekit-swarm/settings';
import { z } from 'zod';
import type { ActionSpec } from '../actions/action-spec.ts';
import { everPublished } from '../actions/action-spec.ts';
import { type Checking, defineRoleKey } from './definition.ts';
import { type E2eeKey, e2eeOf } from './e2ee.ts';
import type { EngineName } from './engine.ts';

/** The keys of a role that this key depends on. */
export interface RateAdaptationRole extends E2eeKey {
  engine?: EngineName | undefined;
  actions?: ActionSpec[] | undefined;
}

/**
 * Adaptation of native publishers to the bandwidth that they estimate, as in browsers. Absent: they
 * send everything. Real clients always adapt. It needs a video that exists in several bit rates:
 * clips are encoded in advance.
 */
export const rateAdaptation = defineRoleKey({
  name: 'rateAdaptation',
  file: yesOrNo()
    .optional()
    .describe(
      'Adapt the video that they send to the bandwidth that they estimate, as browsers do. Default: no; everything is sent, whatever is lost. Real clients always adapt.',
    ),
  settings: z.literal(true).exactOptional(),
  plan: 'same',
  isBounded: true,
  read: (given) => given || undefined,
  write: (settings) => settings,
  check: (given, { at, role, group, tracks, complain }: Checking<RateAdaptationRole, E2eeKey>) => {
    const { engine, actions } = role;
    const refuse = (message: string, hint: string): void =>
      complain([...at, 'rateAdaptation'], message, hint, 'key');
    if (given !== undefined && engine !== undefined && engine !== 'native')
      refuse(`is not a choice with engine: ${engine}: real clients always adapt`, 'leave it out');
    if (given !== true) return;
    if (e2eeOf(role, group)?.keyChange !== undefined)
      refuse(
        'is not possible with keyChange of e2ee: its clips are encrypted in advance',
        'leave one out',
      );
    const videos = everPublished({ publish: [...tracks], ...(actions && { actions }) }).filter(
      (track) => track.kind === 'video',
    );
    const layered = videos.find((video) => video.scalabilityMode !== undefined);
    const file = videos.find(({ media }) => media !== undefined)?.media;
    if (videos.length === 0)
      refuse('has no effect without video', 'publish video, or leave it out');
    else if (layered !== undefined)
      refuse(
        `is not possible with scalabilityMode: ${layered.scalabilityMode}`,
        'publish video with simulcast: true, or leave rateAdaptation out',
      );
    else if (file !== undefined)
      refuse(
        `is not possible with ${file.path}: a file has one bit rate`,
        'publish video without media, or leave rateAdaptation out',
      );
  },
});
