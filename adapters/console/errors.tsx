/**
 * The one place where what went wrong becomes a page.
 *
 * @module
 */
import { DomainError } from "../../src/kernel/errors.ts";
import type { Assets } from "./assets.ts";
import { documentResponse } from "./ui/document.tsx";
import { Card } from "./ui/layout.tsx";

/** What a page of bad news says. */
interface News {
  status: number;
  title: string;
  text: string;
  headers?: Record<string, string>;
}

/** Pages that are not there and pages of others read the same. */
const MISSING: News = {
  status: 404,
  title: "Page not found",
  text: "There is no such page, or you may not see it.",
};

/** Seconds between two tries of a page that the database keeps from us. */
const TRY_AGAIN = 5;

/** A page for what a handler threw; null for what nobody expected. */
export function newsOf(error: unknown, request: Request, now: Date): News | null {
  if (!(error instanceof DomainError)) return null;
  const { code, message, details } = error;
  switch (code) {
    case "not_found":
    case "absent":
      return code === "absent" ? { ...MISSING, text: message } : MISSING;
    case "forbidden":
    case "no_client":
      return { status: 403, title: "Not allowed", text: message };
    case "throttled": {
      const seconds = Math.ceil(((details.retryAt?.getTime() ?? 0) - now.getTime()) / 1000);
      const headers = { "Retry-After": String(Math.max(1, seconds)) };
      return { status: 429, title: "Please wait", text: message, headers };
    }
    case "unavailable":
      return unavailable(request, message);
    case "conflict":
      return { status: 409, title: "This has changed meanwhile", text: message };
    default:
      return { status: 422, title: "This cannot be done", text: message };
  }
}

function unavailable(request: Request, message: string): News {
  const again = request.method === "GET";
  return {
    status: 503,
    title: "We will be right back",
    text: again
      ? "We cannot reach our database at the moment. Nothing is lost, calls go on, and this page " +
        "tries again by itself every few seconds."
      : `${message} Then go back and send the form again.`,
    headers: {
      "Retry-After": String(TRY_AGAIN),
      ...again ? { "Refresh": String(TRY_AGAIN) } : {},
    },
  };
}

/** The page of {@link newsOf}. */
export function newsResponse(assets: Assets, news: News): Promise<Response> {
  const { status, title, text, headers } = news;
  return documentResponse(
    assets,
    { title, status, headers },
    <Card title={title}>
      <p>{text}</p>
      <p>
        <a href="/">Go to the start page</a>
      </p>
    </Card>,
  );
}

/** Page not found. */
export function missing(assets: Assets): Promise<Response> {
  return newsResponse(assets, MISSING);
}

/** A request that did not come from one of our own pages. */
export function fromElsewhere(assets: Assets): Promise<Response> {
  return newsResponse(assets, {
    status: 403,
    title: "Not allowed",
    text: "This form was not sent from one of our own pages. Open the page here and send it again.",
  });
}

/** What nobody expected; the request's id is in the log. */
export function unexpected(assets: Assets, requestId: string): Promise<Response> {
  return newsResponse(assets, {
    status: 500,
    title: "Something went wrong",
    text: `Try again. If it persists, tell us the request's number: ${requestId}`,
  });
}
