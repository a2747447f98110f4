/**
 * What stands between the console and other people's web pages.
 *
 * @module
 */

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
export const PAGE_HEADERS = {
  "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; " +
    "img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; " +
    "base-uri 'none'; frame-ancestors 'none'",
  // With "no-referrer" browsers send "Origin: null" with our own forms.
  "Referrer-Policy": "same-origin",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
};

/**
 * Whether a request that changes something was made by one of our own pages: browsers say where
 * each such request comes from, whatever its method and content type. Hono's own guard looks at
 * forms only.
 */
export function isFromOurPages(request: Request, publicUrl: URL): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  const origin = request.headers.get("origin");
  if (origin === null) return site === "same-origin";
  // On the machine itself there are several names, all of which the Host check has let by.
  const host = request.headers.get("host") ?? new URL(request.url).host;
  return origin === publicUrl.origin || origin === `${publicUrl.protocol}//${host}`;
}

/** The path to go to after signing in: one of our own, or the start page. */
export function ownPath(wanted: string | null | undefined): string {
  const base = "http://own.invalid";
  if (!wanted?.startsWith("/") || !URL.canParse(wanted, base)) return "/";
  const url = new URL(wanted, base);
  if (url.origin !== base || url.pathname.startsWith("//")) return "/";
  return url.pathname + url.search;
}

/** Whether a browser asks for a page. */
export function wantsPage(request: Request): boolean {
  return request.headers.get("accept")?.includes("text/html") ?? false;
}
