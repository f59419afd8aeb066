import { SyncState, UpdateSubscription } from '@livekit/protocol';
import type { Layout } from '@livekit-swarm/scenario';
import type { DataTracks } from '../data-tracks/data-tracks.ts';
import type { Peers } from './peers.ts';
import type { Publications } from './publications.ts';
import { trackSettings } from './subscription-settings.ts';
import type { Subscriptions } from './subscriptions.ts';

/** Parts of a session that the server has to know. */
interface Synchronised {
  peers: Peers;
  publications: Publications;
  subscriptions: Subscriptions;
  dataTracks: DataTracks | undefined;
}

/**
 * State that a resuming client sends to the server, which may be another node that does not know
 * the session.
 */
export const syncState = (
  layout: Layout,
  { peers, publications, subscriptions, dataTracks }: Synchronised,
): SyncState => {
  const { offer, answer } = peers.descriptions;
  const { unlikeDefault, disabled } = subscriptions.exceptions;
  return new SyncState({
    ...(offer !== null && { offer }),
    ...(answer !== null && { answer }),
    subscription: new UpdateSubscription({
      trackSids: unlikeDefault,
      subscribe: !trackSettings(layout).autoSubscribe,
    }),
    publishTracks: publications.published,
    publishDataTracks: dataTracks?.published ?? [],
    trackSidsDisabled: disabled,
  });
};
