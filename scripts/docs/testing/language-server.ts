import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';

export interface Diagnostic {
  message: string;
  range: { start: { line: number; character: number } };
}

/** YAML language server of editors, used like an editor does (LSP over stdio). */
export interface LanguageServer {
  /** Returns its diagnostics for this text as a file of this folder, which need not exist. */
  diagnose: (folder: string, text: string) => Promise<Diagnostic[]>;
  /** Returns its completions at the position of the cursor. */
  complete: (folder: string, text: string, line: number, character: number) => Promise<string[]>;
  stop: () => Promise<void>;
}

export const startLanguageServer = async (): Promise<LanguageServer> => {
  const program = createRequire(import.meta.url).resolve(
    'yaml-language-server/bin/yaml-language-server',
  );
  const child = spawn(process.execPath, [program, '--stdio'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const waiting = new Map<string, (diagnostics: Diagnostic[]) => void>();

  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: Diagnostic[] }) => {
      waiting.get(uri)?.(diagnostics);
      waiting.delete(uri);
    },
  );
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
    items.map(() => SETTINGS),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {
      workspace: { configuration: true },
      textDocument: { completion: { completionItem: {} } },
    },
  });
  await connection.sendNotification('initialized', {});

  let opened = 0;
  /**
   * URI of a new file each time: diagnostics of a closed file could be taken for those of an opened
   * one.
   */
  const uriOf = (folder: string): string => String(pathToFileURL(join(folder, `${++opened}.yaml`)));
  const open = async (uri: string, text: string): Promise<void> => {
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
  };
  const close = (uri: string): Promise<void> =>
    connection.sendNotification('textDocument/didClose', { textDocument: { uri } });

  return {
    diagnose: async (folder, text) => {
      const uri = uriOf(folder);
      const found = new Promise<Diagnostic[]>((resolve) => waiting.set(uri, resolve));
      await open(uri, text);
      const diagnostics = await found;
      await close(uri);
      return diagnostics;
    },
    complete: async (folder, text, line, character) => {
      const uri = uriOf(folder);
      await open(uri, text);
      const { items }: { items: { label: string }[] } = await connection.sendRequest(
        'textDocument/completion',
        {
          textDocument: { uri },
          position: { line, character },
        },
      );
      await close(uri);
      return items.map(({ label }) => label);
    },
    stop: async () => {
      connection.dispose();
      child.kill();
      await ended;
    },
  };
};

/** Settings of VS Code by section, as far as the server reads them. */
const SETTINGS = { validate: true, completion: true, hover: true, schemaStore: { enable: false } };
