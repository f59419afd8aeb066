import { UpdateSubscription, UpdateTrackSettings } from '@livekit/protocol';
import type { Layout } from '@livekit-swarm/scenario';
import type { RequestMessage } from '../signal/signal-socket.ts';
import type { RemoteTrack, RoomChanges, RoomView } from './room-view.ts';
import {
  defaultSubscriptionSettings,
  type SubscriptionSettings,
  subscriptionSettingsFor,
  visibleVideos,
} from './subscription-settings.ts';

/** Converts a layout to requests to the server, limited to the changes. */
export class Subscriptions {
  readonly #layout: Layout;
  readonly #room: RoomView;
  /** Settings that the server currently has, by track sid. */
  readonly #sent = new Map<string, SubscriptionSettings>();
  #onScreen: ReadonlySet<string> = new Set();
  #speaker: string | null = null;

  constructor(layout: Layout, room: RoomView) {
    this.#layout = layout;
    this.#room = room;
  }

  /** Tracks that differ from the server's default: for `syncState` after a resume. */
  get exceptions(): { unlikeDefault: string[]; disabled: string[] } {
    const { subscribed } = defaultSubscriptionSettings(this.#layout);
    const sent = [...this.#sent];
    return {
      unlikeDefault: sent
        .filter(([, settings]) => settings.subscribed !== subscribed)
        .map(([sid]) => sid),
      disabled: sent.filter(([, settings]) => settings.disabled).map(([sid]) => sid),
    };
  }

  /**
   * Returns true when a video is not visible: the server does not send it, at the participant's
   * request.
   */
  isOffScreen(sid: string): boolean {
    return this.#sent.get(sid)?.disabled ?? false;
  }

  isSubscribed(sid: string): boolean {
    return (this.#sent.get(sid) ?? defaultSubscriptionSettings(this.#layout)).subscribed;
  }

  tracksChanged({ added, removed }: Pick<RoomChanges, 'added' | 'removed'>): RequestMessage[] {
    for (const { sid } of removed) this.#sent.delete(sid);
    const moved = added.length + removed.length > 0 ? this.#placeVideos() : [];
    return this.#settingsRequests(new Set([...added, ...moved]));
  }

  /** @param participantSid sid of the active speaker */
  speakerChanged(participantSid: string): RequestMessage[] {
    if (participantSid === this.#speaker || this.#layout.type === 'all') return [];
    this.#speaker = participantSid;
    return this.#settingsRequests(new Set(this.#placeVideos()));
  }

  /** Returns the videos that became visible or hidden; none with layouts that show all or none. */
  #placeVideos(): RemoteTrack[] {
    if (this.#layout.type !== 'speaker' && this.#layout.type !== 'grid') return [];
    const videos = [...this.#room.tracks].filter(({ kind }) => kind === 'video');
    const before = this.#onScreen;
    this.#onScreen = visibleVideos(this.#layout, videos, this.#speaker);
    return videos.filter(({ sid }) => before.has(sid) !== this.#onScreen.has(sid));
  }

  #settingsRequests(tracks: ReadonlySet<RemoteTrack>): RequestMessage[] {
    const subscribe = new Map<boolean, string[]>();
    const bySettings = new Map<string, { settings: SubscriptionSettings; sids: string[] }>();
    for (const track of tracks) {
      const settings = subscriptionSettingsFor(this.#layout, track, this.#onScreen);
      const before = this.#sent.get(track.sid) ?? defaultSubscriptionSettings(this.#layout);
      this.#sent.set(track.sid, settings);
      if (settings.subscribed !== before.subscribed)
        append(subscribe, settings.subscribed, track.sid);
      if (!settings.subscribed || sameSettings(settings, before)) continue;
      const key = `${settings.disabled} ${settings.width}x${settings.height}`;
      const group = bySettings.get(key) ?? { settings, sids: [] };
      group.sids.push(track.sid);
      bySettings.set(key, group);
    }
    return [
      ...[...subscribe].map(
        ([wanted, trackSids]): RequestMessage => ({
          case: 'subscription',
          value: new UpdateSubscription({ trackSids, subscribe: wanted }),
        }),
      ),
      ...[...bySettings.values()].map(
        ({ settings: { disabled, width, height }, sids }): RequestMessage => ({
          case: 'trackSetting',
          value: new UpdateTrackSettings({ trackSids: sids, disabled, width, height }),
        }),
      ),
    ];
  }
}

const append = (groups: Map<boolean, string[]>, key: boolean, sid: string) =>
  groups.set(key, [...(groups.get(key) ?? []), sid]);

const sameSettings = (a: SubscriptionSettings, b: SubscriptionSettings) =>
  a.disabled === b.disabled && a.width === b.width && a.height === b.height;
