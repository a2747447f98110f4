/**
 * The one place where what a use case throws becomes words for a client. Only a `DomainError`'s text
 * is ours to show; everything else goes to the log.
 *
 * @module
 */
import { ProtocolError, ResourceNotFoundError } from "@modelcontextprotocol/server";
import { DomainError } from "../../src/kernel/errors.ts";
import { clip } from "../../src/kernel/text.ts";

/** Where unexpected errors are reported. */
export type Report = (event: string, fields: { error: unknown; name?: string }) => void;

/** JSON-RPC 2.0 §5.1. */
const INVALID_PARAMS = -32602;
const INTERNAL_ERROR = -32603;

const UNEXPECTED = "Something went wrong on the server and has been logged. " +
  "Try again; before repeating a write, look whether it took effect.";

/** What a model is told of a failed tool call. */
export function toolErrorText(error: unknown, tool: string, report: Report): string {
  if (error instanceof DomainError) {
    if (error.code === "unavailable") report("tool unavailable", { error, name: tool });
    return error.message;
  }
  report("tool failed", { error, name: tool });
  return UNEXPECTED;
}

/** Characters of a URI that an error repeats; each of ours is shorter. */
const MAX_URI = 100;

/**
 * What a client is told of a failed read or prompt: a JSON-RPC error.
 *
 * @param uri - of the resource that was to be read.
 */
export function protocolError(
  error: unknown,
  name: string,
  report: Report,
  uri?: string,
): ProtocolError {
  if (error instanceof ProtocolError) return error;
  if (error instanceof DomainError && error.code !== "unavailable") {
    return error.code === "not_found" && uri !== undefined
      ? new ResourceNotFoundError(clip(uri, MAX_URI), error.message)
      : new ProtocolError(INVALID_PARAMS, error.message);
  }
  report("request failed", { error, name });
  return new ProtocolError(
    INTERNAL_ERROR,
    error instanceof DomainError ? error.message : UNEXPECTED,
  );
}

/** Parameters that cannot be served. */
export function invalidParams(message: string): ProtocolError {
  return new ProtocolError(INVALID_PARAMS, message);
}
