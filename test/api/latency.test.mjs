// How long answers take on the tests' small data: printed, not judged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from './harness.mjs';

test('latency of every question', async (t) => {
  const api = await startApi({ 'log.level': 'info' });
  const id = '00000000-0000-4000-8000-000000000000';
  try {
    for (const path of [
      `/v1/customers/${id}/metrics`, '/v1/metrics/login/aggregates', '/v1/activity/heatmap', '/v1/revenue/summary', '/v1/revenue/by-region',
      '/v1/payments/status-breakdown', '/v1/fraud/anomalies', '/v1/fraud/patterns', '/v1/system/search/metrics', '/v1/system/health', '/healthz']) {
      const times = [];
      for (let i = 0; i < 100; ++i) {
        const begin = performance.now();
        assert.equal((await api.get(path)).status, 200);
        times.push(performance.now() - begin);
      }
      times.sort((a, b) => a - b);
      t.diagnostic(`${path}: median ${times[49].toFixed(1)} ms, p99 ${times[98].toFixed(1)} ms`);
    }
  } finally {
    await api.stop();
  }
});
