import { assertHostAllowed, type HostFlags, readHostRules, scopeOf } from '@livekit-swarm/livekit';
import { usageError } from '@livekit-swarm/settings';
import { isShortNumber, readSipAddress, type SipAddress, transferNumber } from '@livekit-swarm/sip';

/**
 * Reads the service that is called, and asserts that it may be called: another host than this one must
 * be confirmed by its name, and short numbers, which emergency services have, are not called there:
 * neither by a caller nor by a transfer.
 * @param transferTo URI to which calls are transferred; null: none
 * @throws SwarmError `usage`
 */
export const readSipTarget = (
  text: string,
  numbers: readonly string[],
  transferTo: string | null,
  flags: HostFlags,
  env: NodeJS.ProcessEnv,
): SipAddress => {
  const address = readSipAddress(text);
  const { host } = address;
  const called = [...numbers, ...(transferTo === null ? [] : [transferNumber(transferTo)])];
  const rules = readHostRules(flags, env);
  assertHostAllowed(`http://${host}`, rules);
  if (numbers.length === 0)
    throw usageError(
      'no number to call is given',
      'name each: --number +15105550100, or --numbers FILE; there is no default',
    );
  if (scopeOf(host) === 'loopback') return address;
  const short = called.find(isShortNumber);
  if (short !== undefined)
    throw usageError(
      `${short}: may be an emergency or a service number, which is not called`,
      'give a whole number: +15105550100',
    );
  if (rules.confirmed.includes(host)) return address;
  throw usageError(
    `${host}: calls to it cost money, and may ring phones`,
    `add --confirm-target ${host} when you are allowed to call it`,
  );
};
