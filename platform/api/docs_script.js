// Renders /openapi.json, so that this page cannot differ from it.
'use strict';

function element(name, text, children = []) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function parameterTable(parameters) {
  const head = element('tr', '', ['Parameter', 'In', 'Type', 'Meaning'].map((t) => element('th', t)));
  const rows = parameters.map((p) => {
    const { type, format, enum: values, default: fallback } = p.schema;
    const kind = (values ? values.join(' | ') : format ?? type) + (fallback === undefined ? '' : ` = ${fallback}`);
    return element('tr', '', [
      element('td', '', [element('code', p.name)]),
      element('td', p.in),
      element('td', kind),
      element('td', p.description ?? ''),
    ]);
  });
  return element('table', '', [head, ...rows]);
}

async function render() {
  const api = await (await fetch('/openapi.json')).json();
  document.getElementById('about').replaceChildren(
    `${api.info.description} Version ${api.info.version}; the machine-readable description is `,
    Object.assign(element('a', 'openapi.json'), { href: '/openapi.json' }), '.');
  const shared = api.components.parameters;
  const resolve = (p) => (p.$ref ? shared[p.$ref.split('/').pop()] : p);
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const parameters = (operation.parameters ?? []).map(resolve);
      document.getElementById('operations').append(
        element('section', '', [
          element('h2', '', [element('code', `${method.toUpperCase()} ${path}`)]),
          element('p', operation.description ?? operation.summary),
          ...(parameters.length ? [parameterTable(parameters)] : []),
        ]));
    }
  }
}

render();
