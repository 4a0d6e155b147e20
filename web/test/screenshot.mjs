// A picture of a running dashboard: node test/screenshot.mjs [URL] [FILE]
// It waits for a minute of live events, so that the sparklines are full.
import { statSync } from "node:fs";
import { loaded, openPage, panel, startBrowser } from "./stage.mjs";

const [url = "http://127.0.0.1:8080", file = "../docs/images/overview.png"] = process.argv.slice(2);
const kLiveMs = 62_000;

const browser = await startBrowser();
try {
  const { page } = await openPage(browser, url, {
    viewport: { width: 1440, height: 1400 },
    colorScheme: "light",
    zone: "UTC",
  });
  await page.waitForTimeout(kLiveMs);
  await loaded(page);
  const { y, height } = await panel(page, "activity").boundingBox();
  await page.screenshot({ path: file, clip: { x: 0, y: 0, width: 1440, height: y + height + 18 } });
  console.log(`${file}: ${statSync(file).size} bytes`);
} finally {
  await browser.close();
}
