/**
 * Debian's Chromium, driven by Playwright over the debugging protocol. We start the browser by
 * ourselves, with no more rights than tests have; Playwright's own launcher needs all.
 *
 * @module
 */
import axe from "axe-core";
import type { BrowserContext, Page } from "playwright-core";

// Else Playwright looks for WSL below /proc when it is loaded, which takes every permission.
Deno.env.set("__IS_WSL_TEST__", "1");
const { chromium } = await import("playwright-core");

/** A browser, without any window. */
export interface TestBrowser {
  /** A person's own cookies; closed with the browser. */
  person(options?: PersonOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

/** Who looks, and at what. */
export interface PersonOptions {
  colorScheme?: "light" | "dark";
  /** 1280 × 800 unless it is a phone of 390 × 844. */
  phone?: boolean;
  javaScriptEnabled?: boolean;
}

/** Starts a browser. Debian's wrapper writes to its own folder alone. */
export async function openBrowser(): Promise<TestBrowser> {
  const folder = await Deno.makeTempDir({ prefix: "browser-" });
  const child = new Deno.Command("chromium", {
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${folder}`,
      "about:blank",
    ],
    env: { HOME: folder },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const address = await addressIn(reader);
  // Whoever does not read what is written stops the writer in the end.
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  const browser = await chromium.connectOverCDP(address);
  return {
    async person({ colorScheme = "light", phone = false, javaScriptEnabled = true } = {}) {
      const viewport = phone ? { width: 390, height: 844 } : { width: 1280, height: 800 };
      return await browser.newContext({ colorScheme, viewport, javaScriptEnabled });
    },
    async close() {
      await browser.close();
      child.kill("SIGTERM");
      await child.status;
      await drained;
      await removed(folder);
    },
  };
}

async function addressIn(reader: ReadableStreamDefaultReader<string>): Promise<string> {
  let said = "";
  while (true) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`chromium did not start: ${said.slice(-500)}`);
    said += value;
    const found = /ws:\/\/\S+/.exec(said);
    if (found) return found[0];
  }
}

/** Its helpers may still be writing. */
async function removed(folder: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/**
 * Notes, on every page from now on, how far things move after they were drawn, but for what somebody
 * opens.
 */
export async function watchLayout(context: BrowserContext): Promise<void> {
  await context.addInitScript(`
    globalThis.layoutShift = 0;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) {
        if (!hadRecentInput) globalThis.layoutShift += value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  `);
}

/** Whether things have moved (as web.dev's CLS counts it), or the page is wider than the window. */
export async function layoutProblems(page: Page): Promise<string[]> {
  const [shift, tooWide] = await page.evaluate<[number, number]>(
    "[globalThis.layoutShift, document.documentElement.scrollWidth - innerWidth]",
  );
  return [
    ...shift > 0.02 ? [`things move by ${shift}`] : [],
    ...tooWide > 0 ? [`${tooWide} pixels too wide`] : [],
  ];
}

/** What is wrong with a page for people who see, hear or move otherwise; empty when nothing serious. */
export async function accessibilityProblems(page: Page): Promise<string[]> {
  // The page's own policy lets no script in but its own; the debugger's are not the page's.
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}
