import { EXIT_CODES, type ExitCode, type ExitName } from './exit-codes.ts';
import type { Problem } from './problem.ts';

/**
 * Answers of a program in front of a deployment, or in its place, and changes that it made to a
 * request.
 */
export const PROXY_ANSWERS = [
  'authorization_removed',
  'blocked',
  'bot_check',
  'header_too_large',
  'login_required',
  'redirected',
  'tls_required',
  'upgrade_removed',
  'url_too_long',
  'web_page',
  'wrong_path',
] as const;

export type ProxyAnswer = (typeof PROXY_ANSWERS)[number];

/** Codes of all errors that are not bugs, by the exit code of a command that ends with them. */
const EXITS = {
  usage: [
    'usage',
    'invalid_file',
    'invalid_threshold',
    'bad_record',
    'scenario_mismatch',
    'bad_url',
    'bad_name',
    'bad_cluster',
    'unknown_probe_target',
    'drill_not_found',
    'fault_not_found',
    'prometheus_required',
    'alert_impossible',
    'redis_required',
    'target_not_confirmed',
    'abort_required',
  ],
  inconclusive: [
    // The host of the load generator could not reach the deployment: the error shows nothing about
    // the deployment.
    'dns_failed',
    'no_route',
    'no_socket',
    // The clock of this host or of the server is so wrong that tokens and certificates may be
    // invalid.
    'clock_wrong',
    // Nothing is known about the run.
    'record_not_written',
    'process_died',
  ],
  unreachable: [
    // The deployment cannot be reached, or it rejected the first participant.
    'unreachable',
    'tls',
    'signal_timeout',
    'bad_request',
    'unauthorized',
    'forbidden',
    'room_not_found',
    'room_full',
    'server_full',
    'server_error',
    'rate_limited',
    'bad_gateway',
    'not_livekit',
    ...PROXY_ANSWERS,
    // Errors of the application's token endpoint.
    'token_unreachable',
    'token_timeout',
    'token_failed',
    'token_rejected',
    'token_rate_limited',
    'token_invalid',
    'token_elsewhere',
    // Something on this host is missing or does not start.
    'already_up',
    'bad_config',
    'bad_folder',
    'bad_state',
    'build_failed',
    'docker_failed',
    'in_use',
    'ingress_not_created',
    'kubectl_failed',
    'lab_ended',
    'no_agents',
    'queue_unavailable',
    'mounts_left',
    'no_certificates',
    'no_cgroups',
    'no_cpu_limit',
    'no_docker',
    'no_go',
    'no_image',
    'no_kubernetes',
    'no_lab',
    'no_libraries',
    'no_memory_limit',
    'no_network',
    'no_ports',
    'no_program',
    'no_service',
    'no_webhooks',
    'not_clean',
    'not_healthy',
    'not_kept',
    'not_ready',
    'not_started',
    'server_ended',
    'service_ended',
    // A drill cannot be executed as requested.
    'blast_radius',
    'cluster_unreachable',
    'component_not_found',
    'deployment_locked',
    'docker_unavailable',
    'fault_unavailable',
    'invalid_reference',
    'journal_unavailable',
    'lock_lost',
    'no_rooms',
    'process_not_terminated',
    'rejected',
    'reload_failed',
    'rollback_failed',
    'rollout_failed',
    'rollout_unavailable',
    'signal_without_effect',
    'storage_unavailable',
    'expiry_unavailable',
    'ssh_unavailable',
    'systemd_unavailable',
  ],
  internalError: ['internal', 'no_process'],
  interrupted: ['interrupted'],
} as const satisfies Partial<Record<ExitName, readonly string[]>>;

export type ErrorCode = (typeof EXITS)[keyof typeof EXITS][number];

const EXIT_OF: ReadonlyMap<string, ExitCode> = new Map(
  Object.entries(EXITS).flatMap(([exit, codes]) =>
    codes.map((code): [string, ExitCode] => [code, EXIT_CODES[exit as keyof typeof EXITS].code]),
  ),
);

export interface SwarmErrorOptions extends ErrorOptions {
  /** All problems of an `invalid_file`, in the order of the file. */
  problems?: readonly Problem[];
}

/** Error that keeps the program from its work and is not a bug in it. */
export class SwarmError extends Error {
  override readonly name = 'SwarmError';
  readonly code: ErrorCode;
  /** Next step for the user; null: none is known. */
  readonly hint: string | null;
  readonly exitCode: ExitCode;
  readonly problems: readonly Problem[];

  /** @param message mistake and place */
  constructor(
    code: ErrorCode,
    message: string,
    hint: string | null = null,
    { problems = [], ...options }: SwarmErrorOptions = {},
  ) {
    super(message, options);
    this.code = code;
    this.hint = hint;
    this.exitCode = EXIT_OF.get(code) ?? EXIT_CODES.internalError.code;
    this.problems = problems;
  }
}

/** Makes an error about a flag, a variable or an argument that cannot be used. */
export const usageError = (message: string, hint: string | null = null): SwarmError =>
  new SwarmError('usage', message, hint);

/**
 * Reads an environment variable.
 * @returns undefined if it is not set
 * @throws SwarmError `usage` if it is set but empty: usually a secret or setting that was meant to
 * have a value
 */
export const readVariable = (
  env: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined => {
  const value = env[name];
  if (value?.trim() === '')
    throw usageError(`${name} is set but empty`, 'give it a value or unset it');
  return value;
};

export const hasErrorCode = (error: unknown, ...codes: readonly ErrorCode[]): error is SwarmError =>
  error instanceof SwarmError && codes.includes(error.code);

/**
 * Returns true if the input of the user is wrong: nothing was started, and another input may work.
 */
export const isUsageError = (error: unknown): error is SwarmError =>
  error instanceof SwarmError && error.exitCode === EXIT_CODES.usage.code;

/** Error code that another process sent; `internal` if this version does not know it. */
export const errorCodeOf = (text: string): ErrorCode => (isErrorCode(text) ? text : 'internal');

const isErrorCode = (text: string): text is ErrorCode => EXIT_OF.has(text);

/** Text of message and hint in one line, for a list of problems. */
export const explain = ({ message, hint }: SwarmError): string =>
  hint === null ? message : `${message}; ${hint}`;

/** A SwarmError of anything that was thrown. A bug in swarm keeps its stack. */
export const swarmErrorOf = (error: unknown): SwarmError =>
  error instanceof SwarmError
    ? error
    : new SwarmError(
        'internal',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
        'this is a bug in swarm: please report it',
        { cause: error },
      );

export const interruptedError = (
  message = 'interrupted before any participant had joined',
): SwarmError => new SwarmError('interrupted', message);
