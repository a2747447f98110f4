/** How the MCP endpoint takes a token. */

/** HTTP status of `tools/list` with that token. */
export async function callStatus(
  fetch: (request: Request) => Promise<Response>,
  token: string,
): Promise<number> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" });
  const request = new Request("https://studio.example.com/mcp", { method: "POST", headers, body });
  const response = await fetch(request);
  await response.body?.cancel();
  return response.status;
}
