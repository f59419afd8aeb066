import { type Command, Option } from 'commander';
import type { Console } from '../console.ts';
import { deploymentFlags } from './deployment.ts';
import { addGroup } from './environment.ts';
import { addHostFlags, CONFIRMED } from './host-rules.ts';
import { repeatable } from './repeatable.ts';
import { tokenEndpointFlags } from './token-endpoint.ts';

/** Flags on a deployment that is checked, and on what is known of it. */
export const addVerifyFlags = (command: Command, console: Console): void => {
  addGroup(command, console.env, 'Deployment:', deploymentFlags());
  addHostFlags(command, 'Deployment:', CONFIRMED.probe);
  addGroup(command, console.env, 'What is known of it:', knownFlags());
  addGroup(command, console.env, 'Further checks:', [
    tokenFlag(),
    ...tokenEndpointFlags(),
    new Option(
      '--webhook-port <port>',
      'a receiver of webhooks listens here for some seconds; webhook.urls of the nodes must have it',
    ),
    ...turnFlags(),
    new Option('--agent <name>', 'an agent of this name gets a job, in a room of its own'),
    new Option('--idle <time>', 'hold a signal connection open without messages, up to 50s'),
  ]);
};

/** Flags on what is known of a deployment. */
export const knownFlags = (): Option[] => [
  repeatable(
    '--node <name=url>',
    'a node, by the URL of its metrics (may be repeated): node-1=http://10.0.0.1:6789/metrics',
  ),
  new Option(
    '--redis <url>',
    'LiveKit’s Redis, in which the nodes are registered; it is only read',
  ),
  repeatable(
    '--announced <prefix>',
    'prefix of the addresses that nodes may announce (may be repeated): 203.0.113.0/24',
  ),
  repeatable(
    '--closed-port <port>',
    'port that must not answer users (may be repeated; default on public addresses: 6379, 6789, 7070, 9090, 6060)',
  ),
];

/** Flag for a token that the application gave to a participant. */
export const tokenFlag = (): Option =>
  new Option(
    '--token <token>',
    'a token that your application gave to a participant; better SWARM_TOKEN: flags show in the process list',
  );

/** Flags for a TURN server of the application. */
export const turnFlags = (): Option[] => [
  repeatable(
    '--turn-url <url>',
    'a TURN server that your application gives to its users (may be repeated): turn:HOST:3478?transport=udp; with --turn-username and SWARM_TURN_CREDENTIAL, or SWARM_TURN_SECRET, from which a credential is made',
  ),
  new Option('--turn-username <name>', 'user name of the credential for --turn-url'),
];
