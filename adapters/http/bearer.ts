/**
 * Bearer tokens on the wire (RFC 6750): only the `Authorization` header counts, never the query.
 *
 * @module
 */
import { DomainError } from "../../src/kernel/errors.ts";
import { HttpProblem } from "./problem.ts";

const REALM = 'Bearer realm="Call Camp Studio"';

/** How to get in. */
export const HOW = "Make a token under Profile > Security > Generate Token and send it as " +
  '"Authorization: Bearer <token>".';

/**
 * Who sent the request.
 *
 * @throws HttpProblem 401 with a challenge (RFC 6750 §3) for no token or one that is not accepted;
 *   403 for a user without a client. Anything else that `authenticate` throws passes through.
 */
export async function authenticated<P>(
  headers: Headers,
  authenticate: (token: string) => Promise<P>,
): Promise<P> {
  const token = /^bearer +(\S+) *$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined) {
    throw new HttpProblem(401, `Unauthorized: no API token was sent. ${HOW}`, {
      "WWW-Authenticate": REALM,
    });
  }
  try {
    return await authenticate(token);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    if (error.code === "unauthenticated") {
      const problem = "The token is unknown, expired or revoked";
      throw new HttpProblem(401, `Unauthorized: ${problem.toLowerCase()}. ${HOW}`, {
        "WWW-Authenticate": `${REALM}, error="invalid_token", error_description="${problem}"`,
      });
    }
    if (error.code === "no_client") throw new HttpProblem(403, error.message);
    throw error;
  }
}
