// Reads tags with vast-client as a player would: vast.js URL. Prints as JSON the answer that it has
// resolved, and the requests that it would make were the ad then played to its end and clicked.
'use strict';
const { VASTClient, VASTTracker } = require('@dailymotion/vast-client');

// Node's own is a declared bot's.
const USER_AGENT =
  'Mozilla/5.0 (Linux; Android 14; Smart TV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const nodesFetch = globalThis.fetch;
globalThis.fetch = (url, options) => nodesFetch(url, { ...options, headers: { 'User-Agent': USER_AGENT } });

// What it takes for a browser: an image is how it sends a tracker. Not before it has fetched and parsed,
// which it would leave to the browser too.
const fired = [];
function pretendToBeABrowser() {
  globalThis.window = globalThis;
  globalThis.Image = class {
    set src(url) {
      fired.push(url);
    }
  };
}

function play(client, ad, creative) {
  const tracker = new VASTTracker(client, ad, creative);
  tracker.load();
  tracker.trackImpression();
  for (let at = 0; at <= creative.duration; at += 0.5) tracker.setProgress(at);
  tracker.complete();
  tracker.click();
}

async function main() {
  const client = new VASTClient(0, 0);
  const parser = client.getParser();
  const warnings = [];
  const errors = [];
  parser.on('VAST-warning', (warning) => warnings.push(warning));
  parser.on('VAST-error', (error) => errors.push(error));
  const answer = await client.get(process.argv[2]);
  pretendToBeABrowser();
  for (const ad of answer.ads) {
    for (const creative of ad.creatives.filter(({ type }) => type === 'linear')) play(client, ad, creative);
  }
  process.stdout.write(JSON.stringify({ ...answer, fired, warnings, errors }) + '\n');
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
