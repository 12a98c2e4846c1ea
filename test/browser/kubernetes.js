// Judges objects of Kubernetes by its schema, as kubernetes-models has it: kubernetes.js reads them from stdin, a
// JSON array, and prints a line for each fault. The schema itself lets members pass that it does not know: those that
// its checks never looked at are faults, too.
'use strict';
const { readFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const unread = new Set();

// A copy that tells which members of its objects were read.
function watched(value, path) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item, index) => watched(item, `${path}[${index}]`));
  const copy = {};
  for (const [name, member] of Object.entries(value)) {
    unread.add(`${path}.${name}`);
    copy[name] = watched(member, `${path}.${name}`);
  }
  return new Proxy(copy, {
    get(target, name) {
      unread.delete(`${path}.${String(name)}`);
      return target[name];
    },
  });
}

// The check of a kind of object; only its name is among what the package exports.
function checkOf(object) {
  const name = Object.keys(require(`kubernetes-models/${object.apiVersion}/${object.kind}`)).find((key) =>
    key.startsWith('IoK8s'),
  );
  return require(join(dirname(require.resolve('kubernetes-models')), '_schemas', `${name}.js`)).validate;
}

for (const object of JSON.parse(readFileSync(0, 'utf8'))) {
  const check = checkOf(object);
  if (check(watched(object, object.kind))) continue;
  for (const fault of check.errors)
    console.log(`${object.kind}${fault.instancePath}: ${fault.keyword} ${JSON.stringify(fault.params)}`);
}
for (const path of unread) console.log(`${path}: not known`);
