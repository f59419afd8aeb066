import { EXIT_CODES } from '@livekit-swarm/settings';

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

/** The deployment is unreachable or refused us. Ends the process with code 3. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly exitCode = EXIT_CODES.unreachable.code;
  /** A short stable word: `unreachable`, `unauthorized`, `server_full`, … */
  readonly reason: string;
  /** What to do next. */
  readonly hint: string | null;

  constructor(reason: string, message: string, hint: string | null = null) {
    super(message);
    this.reason = reason;
    this.hint = hint;
  }
}
