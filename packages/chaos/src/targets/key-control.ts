import type { KeySet } from '@livekit-swarm/lab';

/** Control of the API keys that nodes accept. Every call may be repeated. */
export interface KeyControl {
  present(component: { readonly name: string }): Promise<KeySet>;
  /** Changes the keys of a node from its next start on. */
  use(component: { readonly name: string }, keys: KeySet): Promise<void>;
}
