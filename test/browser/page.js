// A tab of Debian's Chromium that does what it is told, a line at a time: page.js CHROMIUM OPTIONS. Each line of
// its input is JSON, {code, args}: the body of an async function of tab, context and args, whose result is the line
// that it prints, {result} or {fault}. OPTIONS are those of a browser's context. With {code: null} it tells what the
// tab complained of, and what it asked for.
'use strict';
const readline = require('node:readline');
const { chromium } = require('playwright-core');

// Not a headless one's, which is a declared bot.
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
const ARGUMENTS = [
  '--disable-gpu',
  '--mute-audio',
  '--autoplay-policy=no-user-gesture-required',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];
const TIMEOUT_MS = 40000;
const AsyncFunction = (async () => {}).constructor;

function listen(tab, told) {
  tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && told.complaints.push(message.text()));
  tab.on('pageerror', (error) => told.complaints.push(String(error.stack || error)));
  tab.on('response', (response) => told.answers.push([response.request().method(), response.url(), response.status()]));
  tab.on('request', (request) => told.requests.push(request.url()));
}

async function main() {
  const [executablePath, options] = process.argv.slice(2);
  const browser = await chromium.launch({
    executablePath,
    args: ARGUMENTS,
    chromiumSandbox: false,
    timeout: TIMEOUT_MS,
  });
  const told = { complaints: [], answers: [], requests: [] };
  try {
    const context = await browser.newContext({
      userAgent: USER_AGENT,
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      viewport: { width: 1280, height: 800 },
      ...JSON.parse(options),
    });
    context.setDefaultTimeout(TIMEOUT_MS);
    context.on('page', (tab) => listen(tab, told));
    const tab = await context.newPage();
    for await (const line of readline.createInterface({ input: process.stdin })) {
      const { code, args } = JSON.parse(line);
      try {
        const result =
          code === null ? told : await new AsyncFunction('tab', 'context', 'args', code)(tab, context, args);
        process.stdout.write(`${JSON.stringify({ result: result ?? null })}\n`);
      } catch (error) {
        process.stdout.write(`${JSON.stringify({ fault: String(error.stack || error) })}\n`);
      }
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
