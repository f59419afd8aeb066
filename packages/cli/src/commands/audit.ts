import { readFileSync } from 'node:fs';
import { AUDIT_REPORTERS } from '@livekit-swarm/report/audit';
import { codeOf, type ExitCode, usageError } from '@livekit-swarm/settings';
import { type Audit, audit, type VerifyRequest } from '@livekit-swarm/verify';
import {
  fingerprint,
  makeBundleFolder,
  makeSigningKey,
  readSigningKey,
  writeBundle,
} from '@livekit-swarm/verify/bundle';
import { type Console, write } from '../console.ts';
import {
  exitCodeAfter,
  openResultOutput,
  type ResultOutputFlags,
} from '../output/result-output.ts';
import { type VerifyRequestFlags, withVerifyRequest } from '../requests/verify-request.ts';
import { VERSION } from '../version.ts';

export interface AuditFlags extends VerifyRequestFlags, ResultOutputFlags {
  bundle?: string;
  signWith?: string;
  quiet?: boolean;
}

/**
 * `swarm audit`: what tokens and strangers can do that they must not.
 * @throws SwarmError `usage`
 */
export const auditCommand = async (
  flags: AuditFlags,
  typed: (flag: string) => boolean,
  console: Console,
): Promise<ExitCode> => {
  const output = openResultOutput(AUDIT_REPORTERS, flags, console);
  const keep = readBundle(flags);
  return await withVerifyRequest(
    flags,
    typed,
    console,
    async (request) => {
      keep?.prepare();
      const result = await audit(request, VERSION);
      const isShown = await output.show(result);
      const about = keep?.write(result, secretsOf(request));
      if (about !== undefined) await write(console.stderr, `${about}\n`);
      return exitCodeAfter(isShown, result.exitCode);
    },
    'audit',
  );
};

/** Texts of a request that no file of a bundle may have. */
const secretsOf = ({
  access,
  turn,
  token,
  redisUrl,
  tokenEndpoint,
}: VerifyRequest): readonly string[] => {
  const password = (redisUrl === null ? null : URL.parse(redisUrl))?.password ?? '';
  return [
    ...[access.apiSecret, turn?.credential ?? '', token ?? '', password],
    ...Object.entries(tokenEndpoint?.headers ?? {}).flatMap(([name, value]) =>
      /auth|cookie|key|secret|token/i.test(name) ? [value] : [],
    ),
  ];
};

interface Keeping {
  /** @throws SwarmError `usage` */
  prepare(): void;
  /** @returns a line on the bundle and its key */
  write(result: Audit, secrets: readonly string[]): string;
}

/** @returns null: no bundle is kept. @throws SwarmError `usage` */
const readBundle = ({ bundle, signWith }: AuditFlags): Keeping | null => {
  if (bundle === undefined) {
    if (signWith === undefined) return null;
    throw usageError('--sign-with needs --bundle', 'write --bundle FOLDER');
  }
  const key =
    signWith === undefined
      ? makeSigningKey()
      : readSigningKey(readKeyFile('--sign-with', signWith), signWith);
  return {
    prepare: () => makeBundleFolder(bundle),
    write: (result, secrets) => {
      const { url, verdict, startedAt, endedAt } = result;
      writeBundle({
        ...{ folder: bundle, files: filesOf(result), secrets, key },
        about: {
          ...{ tool: `livekit-swarm ${VERSION}`, target: url, verdict },
          ...{ startedAt, endedAt },
        },
      });
      const whose = signWith === undefined ? 'a key made for it, which is gone' : signWith;
      return `Bundle: ${bundle}, signed with ${whose}; SHA-256 of its public key: ${fingerprint(key)}`;
    },
  };
};

/** Reads a key. @throws SwarmError `usage` */
export const readKeyFile = (flag: string, file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(
      `${flag} ${file}: cannot be read (${codeOf(error) ?? 'error'})`,
      'name a file in PEM',
    );
  }
};

/** Files of a bundle: the findings, the evidence of each check, and the page. */
const filesOf = (result: Audit): Record<string, string> => ({
  'findings.json': AUDIT_REPORTERS.json.render(result),
  'audit.html': AUDIT_REPORTERS.html.render(result),
  ...Object.fromEntries(
    result.checks.map((check) => [
      `evidence/${check.id}.json`,
      `${JSON.stringify(check, null, 2)}\n`,
    ]),
  ),
});
