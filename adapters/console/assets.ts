/**
 * The console's files for browsers, read once at start and served under an address that changes with
 * their content, so that browsers may keep them for ever.
 *
 * @module
 */

/** A file as it is served. */
export interface Asset {
  type: string;
  body: Uint8Array<ArrayBuffer>;
  /** The same, compressed by gzip. */
  gzipped: Uint8Array<ArrayBuffer>;
}

/** Every file, and where browsers find it. */
export interface Assets {
  /** Of all files together. */
  version: string;
  /** By name, such as `console.css`. */
  files: ReadonlyMap<string, Asset>;
  /** Path of a file in a page. */
  path(name: string): string;
}

const TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};
const FOREVER = "public, max-age=31536000, immutable";

/** Reads `assets/`. */
export async function readAssets(): Promise<Assets> {
  const folder = new URL("./assets/", import.meta.url);
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  const files = new Map<string, Asset>();
  let all = "";
  for (const name of names.sort()) {
    const body = await Deno.readFile(new URL(name, folder));
    const zip = new Blob([body]).stream().pipeThrough(new CompressionStream("gzip"));
    const gzipped = new Uint8Array(await new Response(zip).arrayBuffer());
    files.set(name, { type: TYPES[name.split(".").at(-1)!], body, gzipped });
    all += name + await digest(body);
  }
  const version = (await digest(new TextEncoder().encode(all))).slice(0, 12);
  return {
    version,
    files,
    path(name) {
      if (!files.has(name)) throw new Error(`there is no asset ${name}`);
      return `/assets/${version}/${name}`;
    },
  };
}

/** A file, or null. Files of other versions are this one's, for pages from before an update. */
export function serveAsset({ version, files }: Assets, request: Request): Response | null {
  const match = /^\/assets\/(\w+)\/([\w.]+)$/.exec(new URL(request.url).pathname);
  const asset = match && files.get(match[2]);
  if (!asset) return null;
  const zip = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  return new Response(zip ? asset.gzipped : asset.body, {
    headers: {
      "Content-Type": asset.type,
      "Cache-Control": match[1] === version ? FOREVER : "no-cache",
      "Vary": "Accept-Encoding",
      ...zip ? { "Content-Encoding": "gzip" } : {},
    },
  });
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
