// Keeps Debian's Chromium open and does in its tabs what the test asks, a line of JSON each on stdin, and
// answers with a line each: tabs.js CHROMIUM. tabs.py is its other end.
'use strict';
const readline = require('readline');
const { chromium } = require('playwright-core');

const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

let browser;
let context;
let tabs = {};
let complaints = [];

// Each has the tab's page and the arguments of its line.
const doings = {
  // A profile of its own, empty.
  async fresh(page, { script }) {
    if (context) await context.close();
    tabs = {};
    complaints = [];
    context = await browser.newContext({ userAgent: USER_AGENT, viewport: { width: 800, height: 600 } });
    if (script) await context.addInitScript(script);
  },
  async open(page, { tab, url, time }) {
    const opened = page || (tabs[tab] = await context.newPage());
    if (!page) {
      opened.on('console', (message) => complaints.push(message.text()));
      opened.on('pageerror', (error) => complaints.push(String(error)));
    }
    if (time !== undefined) {
      await opened.clock.install({ time });
      await opened.clock.pauseAt(time + 1000);
    }
    await opened.goto(url);
  },
  run: (page, { script }) => page.evaluate(script),
  // By the tab's own clock, where open has given it one.
  pass: (page, { ms }) => page.clock.runFor(ms),
  setTime: (page, { time }) => page.clock.setSystemTime(time),
  click: (page, { selector, options }) => page.click(selector, options),
  leave: (page) => page.goto('about:blank'),
  async close(page, { tab }) {
    delete tabs[tab];
    const closed = page.waitForEvent('close');
    await page.close({ runBeforeUnload: true });
    await closed;
  },
  // As when the system kills a tab: nothing of the page runs any more.
  async crash(page, { tab }) {
    delete tabs[tab];
    const crashed = page.waitForEvent('crash');
    page.goto('chrome://crash').catch(() => {});
    await crashed;
    await page.close();
  },
  complaints: () => complaints.splice(0),
};

async function answer(line) {
  const { does, ...asked } = JSON.parse(line);
  try {
    const result = await doings[does](tabs[asked.tab], asked);
    return { result: ['run', 'complaints'].includes(does) ? result : null };
  } catch (error) {
    return { error: `${error}` };
  }
}

async function main() {
  browser = await chromium.launch({ executablePath: process.argv[2], timeout: 60000 });
  try {
    for await (const line of readline.createInterface({ input: process.stdin })) {
      process.stdout.write(`${JSON.stringify(await answer(line))}\n`);
    }
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
