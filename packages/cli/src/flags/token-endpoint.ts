import { Option } from 'commander';
import { repeatable } from './repeatable.ts';

/** Flags of an application that gives out tokens. */
export interface TokenEndpointFlags {
  tokenEndpoint?: string;
  tokenHeader: string[];
  tokenServer: string[];
}

/** Flags for the application that issues tokens. */
export const tokenEndpointFlags = (): Option[] => [
  new Option(
    '--token-endpoint <url>',
    'participants ask your application for server and token: POST with room_name and participant_identity',
  ),
  repeatable(
    '--token-header <name=place>',
    'header of these requests (may be repeated): Authorization=env:APP_AUTHORIZATION, NAME=file:PATH',
  ),
  repeatable(
    '--token-server <url>',
    'server that the endpoint may name besides --url (may be repeated)',
  ),
];
