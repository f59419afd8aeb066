/** A LiveKit that a crowd is sent to. Whoever made it also stops it. */
export interface Deployment {
  /** ws, wss, http or https. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** Whether `swarm` started it itself. */
  embedded: boolean;
  /** Where it is known beforehand; otherwise participants are told when they join. */
  serverVersion: string | null;
  /** Resolves with a sentence when the server's process ends unasked; never for a deployment that is not ours. */
  exited: Promise<string>;
}
