// Opens PAGE in Debian's Chromium and does there what is asked: drive.js CHROMIUM PAGE SCRIPT. Prints what
// the script comes to, as JSON, and with it what the page complained of.
'use strict';
const { chromium } = require('playwright-core');

async function main() {
  const [executablePath, page, script] = process.argv.slice(2);
  const browser = await chromium.launch({ executablePath, timeout: 60000 });
  try {
    const tab = await browser.newPage();
    const complaints = [];
    tab.on('console', (message) => complaints.push(message.text()));
    tab.on('pageerror', (error) => complaints.push(String(error)));
    await tab.goto(page);
    const result = await tab.evaluate(script);
    // A beacon outlives its page.
    await tab.goto('about:blank');
    await tab.waitForTimeout(200);
    process.stdout.write(JSON.stringify({ result, complaints }) + '\n');
  } finally {
    await browser.close();
  }
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
