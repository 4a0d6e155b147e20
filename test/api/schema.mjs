// As much of JSON Schema as openapi.json uses. A keyword it does not know is an error, so that nothing
// passes unchecked.
const annotations = new Set(['description', 'default', 'title']);
const patterns = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
};
const typeOf = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const isType = (value, type) =>
  type === 'integer' ? Number.isInteger(value) : type === 'number' ? typeof value === 'number' : typeOf(value) === type;

/** What is wrong with `value`, as texts with their place; empty where nothing is. */
export function violations(value, schema, root, place = '$') {
  const wrong = [];
  const say = (what) => wrong.push(`${place} ${what}: ${JSON.stringify(value)?.slice(0, 120)}`);
  const check = {
    $ref: (ref) => wrong.push(...violations(value, ref.slice(2).split('/').reduce((o, k) => o[k], root), root, place)),
    type: (types) => [types].flat().some((t) => isType(value, t)) || say(`is not ${types}`),
    enum: (values) => values.includes(value) || say(`is not one of ${values}`),
    anyOf: (options) => options.some((o) => violations(value, o, root, place).length === 0) || say('fits no option'),
    pattern: (text) => typeof value !== 'string' || new RegExp(text).test(value) || say(`does not match ${text}`),
    format: (name) => typeof value !== 'string' || patterns[name].test(value) || say(`is no ${name}`),
    minimum: (least) => typeof value !== 'number' || value >= least || say(`is below ${least}`),
    maximum: (most) => typeof value !== 'number' || value <= most || say(`is above ${most}`),
    maxLength: (most) => typeof value !== 'string' || value.length <= most || say(`is longer than ${most}`),
    minItems: (least) => !Array.isArray(value) || value.length >= least || say(`has fewer than ${least} items`),
    maxItems: (most) => !Array.isArray(value) || value.length <= most || say(`has more than ${most} items`),
    items: (item) => Array.isArray(value) && value.forEach((v, i) => wrong.push(...violations(v, item, root, `${place}[${i}]`))),
    required: (names) => typeOf(value) !== 'object' || names.every((n) => n in value || say(`lacks ${n}`)),
    properties: (properties) => {
      if (typeOf(value) !== 'object') return;
      for (const [name, inner] of Object.entries(properties)) {
        if (name in value) wrong.push(...violations(value[name], inner, root, `${place}.${name}`));
      }
    },
    additionalProperties: (allowed) => {
      if (allowed !== false || typeOf(value) !== 'object') return;
      for (const name of Object.keys(value)) if (!(name in (schema.properties ?? {}))) say(`has the unknown ${name}`);
    },
  };
  for (const [keyword, argument] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue;
    if (!(keyword in check)) throw new Error(`unknown keyword ${keyword} at ${place}`);
    check[keyword](argument);
  }
  return wrong;
}
