import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../../src/actors/gateway/config.js';
import { observingRoutes } from '../../../src/actors/gateway/observing-routes.js';
import type { Observed } from '../../../src/actors/observing/observing.js';
import { startApp } from './an-app.js';

const observed: Observed = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  metrics: async () => 'reelkeep_gateway_viewers 1\n',
  health: {
    live: () => ({ ok: true }),
    ready: async () => ({ ok: false, reason: 'the master at 10.0.0.7 does not answer' }),
    cluster: async () => ({ ok: false, reasons: ['lost: k1'] }),
  },
};

describe('a gateway on loopback', () => {
  it('tells all that there is to tell', async () => {
    const { origin } = await startApp([observingRoutes], { observed });

    const metrics = await fetch(`${origin}/metrics`);
    const cluster = await fetch(`${origin}/healthz/cluster`);

    expect(metrics.headers.get('content-type')).toBe(observed.contentType);
    expect(metrics.headers.get('cache-control')).toBe('no-store');
    expect(await metrics.text()).toBe('reelkeep_gateway_viewers 1\n');
    expect([cluster.status, await cluster.json()]).toEqual([
      503,
      { ok: false, reasons: ['lost: k1'] },
    ]);
  });
});

describe('a gateway that others reach', () => {
  it('tells whether it lives and is ready, and nothing else', async () => {
    const { world, origin } = await startApp(
      [(app, given) => observingRoutes(app, { ...given, config: reached(given.config) })],
      { observed },
    );

    const ready = await fetch(`${origin}/healthz/ready`);
    const live = await fetch(`${origin}/healthz/live`);

    expect(world.observed).toBe(observed);
    expect([ready.status, await ready.json()]).toEqual([503, { ok: false }]);
    expect([live.status, await live.json()]).toEqual([200, { ok: true }]);
    expect((await fetch(`${origin}/metrics`)).status).toBe(404);
    expect((await fetch(`${origin}/healthz/cluster`)).status).toBe(404);
  });
});

const reached = (config: GatewayConfig): GatewayConfig => ({ ...config, host: '0.0.0.0' });
