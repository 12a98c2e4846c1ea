// Lets Debian's Chromium play an ad to its end: play.js CHROMIUM PAGE [WORD ...]. With the word click the
// ad is clicked once while it plays, with the word skip it is skipped as soon as may be. Prints as JSON what the page said, what it complained of, the
// requests that it made elsewhere and the page that the click led to.
'use strict';
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
const TIMEOUT_MS = 60000;

// Until the page shows this; an error with what it has told when that is not to be.
async function wait(tab, state) {
  await tab
    .waitForFunction((wanted) => [wanted, 'trouble'].includes(window.showing), state, { timeout: TIMEOUT_MS })
    .catch(() => {});
  if ((await tab.evaluate(() => window.showing)) !== state) {
    throw new Error(`the page never shows ${state}: ${(await lines(tab)).join('; ')}`);
  }
}

function lines(tab) {
  return tab.evaluate(() => [...document.querySelectorAll('#log li')].map((line) => line.textContent));
}

// Clicks the ad; the page that it leads to.
async function click(tab) {
  const opened = tab.context().waitForEvent('page', { timeout: 10000 });
  await tab.locator('#stage').click();
  const target = await opened;
  await target.waitForLoadState();
  const url = target.url();
  await target.close();
  await tab.evaluate(() => window.resume());
  return url;
}

async function play(browser, page, words) {
  const context = await browser.newContext({ userAgent: USER_AGENT });
  const tab = await context.newPage();
  const told = { complaints: [], requests: [], target: null };
  tab.on('console', (message) => ['error', 'warning'].includes(message.type()) && told.complaints.push(message.text()));
  tab.on('pageerror', (error) => told.complaints.push(String(error)));
  context.on('request', (request) => {
    if (!request.url().startsWith(new URL(page).origin)) told.requests.push([request.method(), request.url()]);
  });
  await tab.goto(page);
  if (words.includes('click')) {
    await wait(tab, 'ad');
    told.target = await click(tab);
  }
  if (words.includes('skip')) {
    await wait(tab, 'ad');
    await tab.waitForFunction(() => window.skip(), undefined, { timeout: 10000 });
  }
  await wait(tab, 'end');
  told.log = await lines(tab);
  // A tracker's request that comes twice comes soon.
  await tab.waitForTimeout(300);
  return told;
}

async function main() {
  const [executablePath, page, ...words] = process.argv.slice(2);
  const browser = await chromium.launch({
    executablePath,
    args: ARGUMENTS,
    chromiumSandbox: false,
    timeout: TIMEOUT_MS,
  });
  try {
    process.stdout.write(JSON.stringify(await play(browser, page, words)) + '\n');
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
