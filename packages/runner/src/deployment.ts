import type { EndCause } from '@livekit-swarm/host';
import type { StartedServer } from '@livekit-swarm/record';

/** LiveKit deployment under test. The caller that started it also stops it. */
export interface Deployment {
  /** URL with ws, wss, http or https. */
  url: string;
  /** Address of the API, where it is not below `url`. */
  apiUrl?: string | undefined;
  apiKey: string;
  apiSecret: string;
  /** True if `swarm` started the deployment itself. */
  embedded: boolean;
  /**
   * Version of the server, where it is known beforehand; otherwise participants report it when they
   * join.
   */
  serverVersion: string | null;
  /** Program, configuration and limit of an embedded server; absent: a plain release. */
  server?: StartedServer;
  /** Process of an embedded server, to detect that it lacks CPU. */
  serverPid?: number;
  /**
   * Returns the processes of a lab that run now, by component: whether they lack CPU. Absent: not on
   * this host, or not known.
   */
  componentPids?(): ReadonlyMap<string, number>;
  /**
   * Resolves when the process of an embedded server ends unexpectedly; never for other deployments.
   */
  exited: Promise<ServerEnd>;
}

/** A deployment that runs already, and whose end is not watched. */
export const runningDeployment = (
  at: Omit<Deployment, 'embedded' | 'serverVersion' | 'exited'>,
): Deployment => ({
  ...at,
  embedded: false,
  serverVersion: null,
  exited: new Promise(() => {}),
});

/** End of the process of an embedded server. */
export interface ServerEnd {
  cause: EndCause;
  message: string;
}
