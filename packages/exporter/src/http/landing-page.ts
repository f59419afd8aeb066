import { html } from 'hono/html';
import type { Source } from '../source.ts';

/** What a person sees who opens the exporter's address. Names no target: who may scrape need not know them. */
export const landingPage = (version: string, sources: readonly Source[]) => html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>swarm exporter</title></head>
<body>
<h1>swarm exporter ${version}</h1>
<p>Prometheus metrics of LiveKit deployments. Sources that are on: ${sources.map(({ name }) => name).join(', ')}.</p>
<ul>
<li><a href="/metrics">/metrics</a></li>
${sources.some(({ name }) => name === 'probes') ? html`<li>/probe?target=NAME&amp;module=audio_pair</li>` : ''}
<li><a href="/-/healthy">/-/healthy</a></li>
<li><a href="/-/ready">/-/ready</a></li>
</ul>
</body>
</html>
`;
