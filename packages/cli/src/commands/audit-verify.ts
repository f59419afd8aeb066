import { printable } from '@livekit-swarm/report';
import { EXIT_CODES, type ExitCode } from '@livekit-swarm/settings';
import { type BundleCheck, checkBundle, readPublicKey } from '@livekit-swarm/verify/bundle';
import { type Console, write } from '../console.ts';
import { readKeyFile } from './audit.ts';

export interface AuditVerifyFlags {
  publicKey?: string;
  json?: boolean;
}

/**
 * `swarm audit verify BUNDLE`: whether a bundle is as it was signed.
 * @throws SwarmError `usage`
 */
export const auditVerifyCommand = async (
  bundle: string,
  { publicKey, json }: AuditVerifyFlags,
  { stdout }: Console,
): Promise<ExitCode> => {
  const trusted =
    publicKey === undefined
      ? null
      : readPublicKey(readKeyFile('--public-key', publicKey), publicKey);
  const checked = checkBundle(bundle, trusted);
  const text =
    json === true
      ? JSON.stringify({ schema: 'livekit-swarm/audit-bundle-check/1', ...checked }, null, 2)
      : textOf(checked);
  await write(stdout, `${text}\n`);
  return checked.problems.length === 0 ? EXIT_CODES.passed.code : EXIT_CODES.failed.code;
};

const textOf = ({ manifest, signedBy, isTrusted, problems }: BundleCheck): string =>
  [
    ...(manifest === null
      ? []
      : [
          `Audit of ${manifest.target} by ${manifest.tool}: ${manifest.verdict}`,
          `from ${manifest.startedAt} to ${manifest.endedAt}, ${Object.keys(manifest.files).length} files`,
        ]),
    ...problems.map((problem) => `✗ ${problem}`),
    ...(problems.length > 0
      ? ['Failed: the bundle is not what was signed']
      : [
          isTrusted === true
            ? 'Passed: every file is as it was signed, by the given key'
            : `Passed: every file is as it was signed. The signer is not known: compare the SHA-256 of the key, ${signedBy ?? ''}, or give --public-key`,
        ]),
  ]
    // Names in a bundle of others may have line breaks.
    .map((line) => printable(line).replaceAll('\n', ' '))
    .join('\n');
