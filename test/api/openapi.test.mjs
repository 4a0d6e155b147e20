// The description is true: each operation answers, in the shape it promises.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startApi } from './harness.mjs';
import { violations } from './schema.mjs';

let api;
let description;
before(async () => {
  api = await startApi();
  description = (await api.get('/openapi.json')).body;
});
after(() => api.stop());

// What fills the paths, and the queries that reach each form of an answer.
const values = { id: '00000000-0000-4000-8000-000000000000', name: 'login', service: 'search' };
const jobs = { '/v1/admin/jobs/{id}/runs': { id: '3' } };
const queries = {
  '/v1/system/{service}/metrics': ['from=2026-11-01&to=2026-11-02', 'from=2026-11-01&to=2026-11-02&period=hour'],
  '/v1/system/health': ['', 'window=5m'],
};
const ranges = ['from=2026-11-01&to=2026-11-08', 'from=2020-01-01&to=2020-01-02'];

const pathOf = (template) => template.replace(/\{(\w+)\}/g, (_, name) => ({ ...values, ...jobs[template] })[name]);

test('the checker itself finds what is wrong', () => {
  const schema = description.components.schemas.metricAggregate;
  const good = { bucket: '2026-11-01T00:00:00Z', avgValue: 1, minValue: 1, maxValue: 1, count: 1 };
  assert.deepEqual(violations(good, schema, description), []);
  for (const change of [{ bucket: '2026-11-01' }, { count: -1 }, { count: 1.5 }, { avgValue: null }, { more: 1 }, { count: undefined }]) {
    assert.notDeepEqual(violations(JSON.parse(JSON.stringify({ ...good, ...change })), schema, description), [], JSON.stringify(change));
  }
});

test('every operation answers in the shape it promises', async () => {
  let checked = 0;
  for (const [template, { get }] of Object.entries(description.paths)) {
    if (template === '/v1/stream' || get === undefined) continue;
    const [[type, { schema }]] = Object.entries(get.responses[200].content);
    const takesRange = get.parameters?.some((p) => p.$ref?.endsWith('/from'));
    for (const query of queries[template] ?? (takesRange ? ranges : [''])) {
      const { status, headers, body } = await api.get(`${pathOf(template)}?${query}`);
      assert.equal(status, 200, `${template}?${query}`);
      assert.ok(headers.get('content-type').startsWith(type), template);
      assert.deepEqual(violations(body, schema, description), [], `${template}?${query}`);
      checked += 1;
    }
  }
  assert.ok(checked > 20);
});

test('every operation knows exactly the parameters it describes', async () => {
  const examples = { from: '2026-11-01', to: '2026-11-02', days: '2', tz: 'UTC', limit: '5', metric: 'login', period: 'hour', window: '2h',
    customerId: values.id, minScore: '10', status: 'FAILED' };
  for (const [template, { get }] of Object.entries(description.paths)) {
    if (!template.startsWith('/v1/') || template === '/v1/stream' || get === undefined) continue;
    const described = get.parameters.map((p) => (p.$ref ? description.components.parameters[p.$ref.split('/').pop()] : p))
      .filter((p) => p.in === 'query').map((p) => p.name);
    for (const [name, value] of Object.entries(examples)) {
      const { status, text } = await api.get(`${pathOf(template)}?${name}=${value}`);
      assert.equal(status, described.includes(name) ? 200 : 400, `${template}?${name}: ${text.slice(0, 200)}`);
    }
  }
});

test('problems have the shape they promise', async () => {
  for (const [path, status] of [['/v1/revenue/summary?days=x', 400], ['/nothing', 404], ['/v1/system/nothing/metrics', 404]]) {
    const answer = await api.get(path);
    assert.equal(answer.status, status);
    assert.deepEqual(violations(answer.body, description.components.schemas.problem, description), []);
  }
});

test('the page of documentation needs nothing from elsewhere', async () => {
  const { text, headers } = await api.get('/docs');
  assert.match(headers.get('content-security-policy'), /default-src 'self'/);
  for (const [, url] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
    assert.ok(url.startsWith('/'), url);
    assert.equal((await api.get(url)).status, 200, url);
  }
});
