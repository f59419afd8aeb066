import { RESOLUTIONS } from './resolution.ts';
import type { RoleSpec } from './role-keys/registry.ts';
import type { Scenario } from './scenario.ts';
import type { OwnMedia, Resolution, TrackPlan } from './track-plan.ts';

export type OwnClip = NonNullable<OwnMedia['clip']>;

/** Scenario with every track of a media file changed by `prepare`. */
export const withOwnMedia = (
  scenario: Scenario,
  prepare: (path: string, kind: TrackPlan['kind']) => OwnClip,
): Scenario => {
  const prepared = (track: TrackPlan): TrackPlan =>
    track.media === undefined
      ? track
      : withClip(track, track.media.path, prepare(track.media.path, track.kind));
  const role = (spec: RoleSpec): RoleSpec => ({
    ...spec,
    publish: spec.publish.map(prepared),
    ...(spec.actions !== undefined && {
      actions: spec.actions.map((action) =>
        action.step.do === 'publish'
          ? { ...action, step: { ...action.step, track: prepared(action.step.track) } }
          : action,
      ),
    }),
  });
  const groups = scenario.groups.map((group) => ({ ...group, roles: group.roles.map(role) }));
  return { ...scenario, groups };
};

/** Check whether a participant publishes a media file. */
export const hasOwnMedia = (scenario: Scenario): boolean => {
  let found = false;
  withOwnMedia(scenario, (_, kind) => {
    found = true;
    return { ...NOTHING, codec: kind === 'audio' ? 'opus' : 'vp8' };
  });
  return found;
};

const NOTHING: OwnClip = {
  sha256: '',
  codec: 'opus',
  width: 0,
  height: 0,
  stereo: false,
  dtx: false,
  packets: 0,
  bits: 0,
  durationMs: 0,
};

const withClip = (track: TrackPlan, path: string, clip: OwnClip): TrackPlan => {
  const media = { path, clip };
  if (track.kind === 'audio' || clip.codec === 'opus') return { ...track, media };
  return { ...track, codec: clip.codec, resolution: nearest(clip.height), media };
};

const nearest = (height: number): Resolution => {
  const distance = (name: Resolution): number => Math.abs(RESOLUTIONS[name].height - height);
  const names = Object.keys(RESOLUTIONS) as Resolution[];
  return names.reduce((best, name) => (distance(name) < distance(best) ? name : best));
};
