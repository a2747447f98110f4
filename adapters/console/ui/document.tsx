/**
 * The HTML document around every page.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import type { Assets } from "../assets.ts";

/** What the document's head and status say. */
export interface DocumentOptions {
  title: string;
  status?: number;
  /** Names of files in `assets/`. */
  scripts?: string[];
  headers?: Record<string, string>;
}

/** A whole document as a response. */
export async function documentResponse(
  assets: Assets,
  { title, status = 200, scripts = [], headers = {} }: DocumentOptions,
  body: Child,
): Promise<Response> {
  const html = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title} · Call Camp Studio</title>
        <link rel="icon" href={assets.path("icon.svg")} type="image/svg+xml" />
        <link rel="stylesheet" href={assets.path("console.css")} />
        {scripts.map((name) => <script type="module" src={assets.path(name)}></script>)}
      </head>
      <body>{body}</body>
    </html>
  );
  return new Response(`<!doctype html>${await html.toString()}`, {
    status,
    headers: { "Content-Type": "text/html; charset=utf-8", ...headers },
  });
}
