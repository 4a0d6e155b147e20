// The JSON Schemas give each event of the corpus the verdict that platform/ingest/corpus_test.cc
// holds the decoder to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false });
addFormats(ajv);
const kinds = ['customer', 'order', 'payment', 'system'];
const validators = Object.fromEntries(
  kinds.map((kind) => [kind, ajv.compile(read(`../../schemas/${kind}-metric.v1.schema.json`))]),
);

test('the schemas agree with the corpus', () => {
  const corpus = read('events.json');
  assert.ok(corpus.length > 200);
  for (const { why, kind, event, rejected } of corpus) {
    const valid = validators[kind](event);
    assert.equal(valid, rejected === undefined, `${why}: ${JSON.stringify(event)}`);
  }
});

test('what a schema requires is what it defines', () => {
  for (const kind of kinds) {
    const { required, properties, additionalProperties } = validators[kind].schema;
    for (const field of required) assert.ok(field in properties, `${kind} ${field}`);
    assert.equal(additionalProperties, true, 'unknown fields are for producers to come');
  }
});
