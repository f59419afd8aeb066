/** Changes of a load balancer that close no connection, and certificates that clients reject. */
import { BALANCER_CERTIFICATES, type BalancerCertificate } from '@livekit-swarm/lab';
import { strict, word } from '@livekit-swarm/settings';
import type { z } from 'zod';
import type { Component, Platform } from '../targets/platform.ts';
import { nothingToFind } from './effects/effect-check.ts';
import { forAll, missingAny } from './effects/process-control.ts';
import { type DescribedFault, type NoParams, noParams } from './fault.ts';

const reloadParams = strict({
  signal: word(['SIGHUP', 'SIGUSR2'], 'signal')
    .default('SIGHUP')
    .describe(
      'Signal by which a container reloads: SIGHUP (nginx, and HAProxy as its image runs it) or SIGUSR2 (HAProxy in master-worker mode).',
    ),
});

/** Reload, as after every change of its configuration: signal connections must stay. */
export const loadBalancerReload: DescribedFault<z.output<typeof reloadParams>> = {
  name: 'load-balancer-reload',
  description: 'reloads the load balancer: it reads its configuration again and keeps connections',
  rollbackDescription: 'start the process if it does not run',
  requires: ['start'],
  targets: ['load-balancer'],
  params: reloadParams,
  example: {},
  lasts: false,
  durationOf: () => 0,
  unavailable: async (platform, component) => {
    const { balancer } = platform;
    return balancer === undefined
      ? 'no load balancer can be reloaded here: possible in a lab, in Docker and with systemd'
      : ((await balancer.whyNotReloadable(component)) ??
          missingAny(platform, component, ['start']));
  },
  inject: ({ platform, components, params }) =>
    forAll(components, async (component) => platform.balancer?.reload(component, params.signal)),
  missingEffect: nothingToFind,
  // A program that does not reload by the signal may end by it.
  rollbackSteps: () => [{ step: 'start' }],
  rollback: ({ platform, components }) =>
    forAll(components, (component) => platform.start(component)),
};

const NO_CERTIFICATES =
  'a drill has no private keys of a deployment, and so cannot replace its certificate: possible in a lab (lab: { tls: true })';

const whyNoCertificate = async (
  { balancer }: Pick<Platform, 'balancer'>,
  component: Component,
): Promise<string | null> => {
  if (balancer?.certificates === undefined) return NO_CERTIFICATES;
  return (await balancer.certificates.present(component)) === null
    ? `${component.name} does not terminate TLS: write lab: { tls: true }`
    : null;
};

/** Makes a fault that replaces the certificate of the load balancer until its rollback. */
const certificateFault = <Params>(
  fault: Pick<
    DescribedFault<Params>,
    'name' | 'description' | 'params' | 'example' | 'lasts' | 'durationOf'
  > & { missingEffect?: DescribedFault<Params>['missingEffect'] },
  certificateOf: (params: Params) => BalancerCertificate,
): DescribedFault<Params> => ({
  rollbackDescription: 'put the certificate back that it had, and reload',
  requires: [],
  targets: ['load-balancer'],
  unavailable: whyNoCertificate,
  // An earlier fault may have renewed it.
  settingsBefore: async ({ balancer }, [component]) => {
    if (component === undefined) return {};
    const certificate = await balancer?.certificates?.present(component);
    return typeof certificate === 'string' ? { certificate } : {};
  },
  inject: ({ platform, components, params }) =>
    forAll(components, async (component) =>
      platform.balancer?.certificates?.use(component, certificateOf(params)),
    ),
  missingEffect: async ({ platform, params }, component) =>
    (await platform.balancer?.certificates?.present(component)) === certificateOf(params)
      ? null
      : 'certificate_changed',
  // Only a lab can do this, and it takes the whole rollback; the step is for the form.
  rollbackSteps: () => [{ step: 'start' }],
  rollback: ({ platform, components, before }) =>
    forAll(components, async (component) => {
      const certificates = platform.balancer?.certificates;
      const own = BALANCER_CERTIFICATES.find((name) => name === before?.certificate) ?? 'first';
      const present = (await certificates?.present(component)) ?? own;
      if (present !== own) await certificates?.use(component, own);
    }),
  ...fault,
});

const renewalParams = strict({
  certificate: word(['renewed', 'other-name', 'unknown-authority'], 'certificate')
    .default('renewed')
    .describe(
      'renewed: another key, signed by the same CA. Mistakes, for which clients reject it: other-name, unknown-authority.',
    ),
});

/** Renewal of the certificate while calls run, or a mistake in it. */
export const renewCertificate: DescribedFault<z.output<typeof renewalParams>> = certificateFault(
  {
    name: 'renew-certificate',
    description: 'replaces the TLS certificate of the load balancer and reloads it',
    params: renewalParams,
    example: {},
    lasts: false,
    durationOf: () => 0,
    // A later fault may have replaced it again.
    missingEffect: nothingToFind,
  },
  ({ certificate }) => certificate,
);

/** Expiry of a certificate: connections stay, and new ones fail. */
export const certificateExpiry: DescribedFault<NoParams> = certificateFault(
  {
    name: 'certificate-expiry',
    description: 'the TLS certificate of the load balancer has expired; connections stay',
    params: noParams,
    example: {},
    lasts: true,
  },
  () => 'expired',
);
