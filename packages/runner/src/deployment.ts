import type { EndCause } from '@livekit-swarm/host';

/** The LiveKit deployment under test. The caller that started it also stops it. */
export interface Deployment {
  /** ws, wss, http or https. */
  url: string;
  /** Address of the API, where it is not below `url`. */
  apiUrl?: string | undefined;
  apiKey: string;
  apiSecret: string;
  /** Whether `swarm` started it itself. */
  embedded: boolean;
  /** Where it is known beforehand; otherwise participants learn it when they join. */
  serverVersion: string | null;
  /** Process of an embedded server, to notice when other processes keep it from the CPU. */
  serverPid?: number;
  /** Resolves when the process of an embedded server ends unexpectedly; never for another deployment. */
  exited: Promise<ServerEnd>;
}

/** How the process of an embedded server ended. */
export interface ServerEnd {
  cause: EndCause;
  message: string;
}
