import { UpdateSubscription, UpdateTrackSettings } from '@livekit/protocol';
import type { Layout } from '@livekit-swarm/scenario';
import type { RequestMessage } from '../signal/signal-socket.ts';
import type { RemoteTrack, RoomChanges, RoomView } from './room-view.ts';
import { defaultWish, videosOnScreen, type Wish, wishFor } from './wishes.ts';

/** Turns a layout into what has to be told to the server, each time only what changed. */
export class Subscriptions {
  readonly #layout: Layout;
  readonly #room: RoomView;
  /** What the server believes we want, by track sid. */
  readonly #told = new Map<string, Wish>();
  #onScreen: ReadonlySet<string> = new Set();
  #speaker: string | null = null;

  constructor(layout: Layout, room: RoomView) {
    this.#layout = layout;
    this.#room = room;
  }

  /** Tracks that differ from what the server does by itself: for `syncState` after a resume. */
  get exceptions(): { unlikeDefault: string[]; disabled: string[] } {
    const { subscribed } = defaultWish(this.#layout);
    const told = [...this.#told];
    return {
      unlikeDefault: told.filter(([, wish]) => wish.subscribed !== subscribed).map(([sid]) => sid),
      disabled: told.filter(([, wish]) => wish.disabled).map(([sid]) => sid),
    };
  }

  /** A video that is off the screen: the server sends nothing of it, as we asked. */
  isOffScreen(sid: string): boolean {
    return this.#told.get(sid)?.disabled ?? false;
  }

  isSubscribed(sid: string): boolean {
    return (this.#told.get(sid) ?? defaultWish(this.#layout)).subscribed;
  }

  tracksChanged({ added, removed }: Pick<RoomChanges, 'added' | 'removed'>): RequestMessage[] {
    for (const { sid } of removed) this.#told.delete(sid);
    const moved = added.length + removed.length > 0 ? this.#placeVideos() : [];
    return this.#tell(new Set([...added, ...moved]));
  }

  /** @param participantSid of who speaks loudest */
  speakerChanged(participantSid: string): RequestMessage[] {
    if (participantSid === this.#speaker || this.#layout.type === 'all') return [];
    this.#speaker = participantSid;
    return this.#tell(new Set(this.#placeVideos()));
  }

  /** Who came on or went off the screen. Where everything or nothing is shown, nobody ever does. */
  #placeVideos(): RemoteTrack[] {
    if (this.#layout.type !== 'speaker' && this.#layout.type !== 'grid') return [];
    const videos = [...this.#room.tracks].filter(({ kind }) => kind === 'video');
    const before = this.#onScreen;
    this.#onScreen = videosOnScreen(this.#layout, videos, this.#speaker);
    return videos.filter(({ sid }) => before.has(sid) !== this.#onScreen.has(sid));
  }

  #tell(tracks: ReadonlySet<RemoteTrack>): RequestMessage[] {
    const subscribe = new Map<boolean, string[]>();
    const settings = new Map<string, { wish: Wish; sids: string[] }>();
    for (const track of tracks) {
      const wish = wishFor(this.#layout, track, this.#onScreen);
      const before = this.#told.get(track.sid) ?? defaultWish(this.#layout);
      this.#told.set(track.sid, wish);
      if (wish.subscribed !== before.subscribed) append(subscribe, wish.subscribed, track.sid);
      if (!wish.subscribed || sameSettings(wish, before)) continue;
      const key = `${wish.disabled} ${wish.width}x${wish.height}`;
      const group = settings.get(key) ?? { wish, sids: [] };
      group.sids.push(track.sid);
      settings.set(key, group);
    }
    return [
      ...[...subscribe].map(
        ([wanted, trackSids]): RequestMessage => ({
          case: 'subscription',
          value: new UpdateSubscription({ trackSids, subscribe: wanted }),
        }),
      ),
      ...[...settings.values()].map(
        ({ wish: { disabled, width, height }, sids }): RequestMessage => ({
          case: 'trackSetting',
          value: new UpdateTrackSettings({ trackSids: sids, disabled, width, height }),
        }),
      ),
    ];
  }
}

const append = (groups: Map<boolean, string[]>, key: boolean, sid: string) =>
  groups.set(key, [...(groups.get(key) ?? []), sid]);

const sameSettings = (a: Wish, b: Wish) =>
  a.disabled === b.disabled && a.width === b.width && a.height === b.height;
