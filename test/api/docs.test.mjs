// The example of docs/api.md is what the API answers.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { startApi } from './harness.mjs';

test('the example of docs/api.md', async () => {
  const text = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const [, url, row] = text.match(/\$ curl 'http:\/\/127\.0\.0\.1:8080([^']+)'\n\{"data":\[(\{[^}]+\})/);
  const api = await startApi();
  try {
    assert.deepEqual((await api.get(url)).body.data[0], JSON.parse(row));
  } finally {
    await api.stop();
  }
});
