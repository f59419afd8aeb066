import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { decodeExportRequest, type OtlpPoint } from './otlp-messages.ts';
import { decodeTraceRequest, type OtlpSpan } from './otlp-spans.ts';

export type { OtlpPoint, OtlpSpan };

/** A request as it arrived. */
export interface OtlpRequest {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  resource: Record<string, string>;
  /** Points of metrics; empty for traces. */
  points: OtlpPoint[];
  spans: OtlpSpan[];
}

export interface OtlpReceiver extends AsyncDisposable {
  /** Base URL: `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly requests: OtlpRequest[];
  close(): Promise<void>;
}

/** Starts a receiver of OTLP over HTTP with protobuf, which keeps all requests. */
export const startOtlpReceiver = async (): Promise<OtlpReceiver> => {
  const requests: OtlpRequest[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const { url: path = '', headers } = request;
    const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    requests.push(
      path.endsWith('/traces')
        ? { path, headers, points: [], ...decodeTraceRequest(plain) }
        : { path, headers, spans: [], ...decodeExportRequest(plain) },
    );
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, requests, close, [Symbol.asyncDispose]: close };
};
