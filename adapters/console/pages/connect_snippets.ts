/**
 * What to paste where, for each kind of client, and the links that install it in one click.
 *
 * Links never carry a token: browsers, and whatever hands them on, keep addresses.
 *
 * @module
 */

/** Stands where the token belongs. */
export const PLACEHOLDER = "YOUR_API_TOKEN";

const NAME = "call-camp-studio";

/** Something to paste. */
export interface Snippet {
  /** Also an element's id. */
  id: string;
  client: string;
  /** Where it belongs, and what to do then. */
  steps: string[];
  text?: string;
  /** What the text is, for screen readers. */
  label?: string;
  /** Installs it in one click. */
  link?: { href: string; label: string; about: string };
}

/** For every kind of client; `token` is a token or {@link PLACEHOLDER}. */
export function snippetsFor(endpoint: string, token: string): Snippet[] {
  const headers = { Authorization: `Bearer ${token}` };
  const bridge = ["-y", "mcp-remote", endpoint, "--header", `Authorization: Bearer ${token}`];
  return [
    {
      id: "claude-desktop",
      client: "Claude Desktop",
      steps: [
        "Open Settings → Developer → Edit Config, which shows claude_desktop_config.json.",
        "Paste this, save, and start Claude Desktop again. It needs Node.js (nodejs.org), because " +
        "Claude Desktop starts local programs only and mcp-remote is the bridge to this server.",
      ],
      text: json({ mcpServers: { [NAME]: { command: "npx", args: bridge } } }),
      label: "claude_desktop_config.json",
    },
    {
      id: "claude-code",
      client: "Claude Code",
      steps: ["Run this in a terminal. Then /mcp inside Claude Code shows the connection."],
      text: `claude mcp add --transport http ${NAME} ${endpoint} \\\n` +
        `  --header "Authorization: Bearer ${token}"`,
      label: "Command",
    },
    {
      id: "cursor",
      client: "Cursor",
      steps: ["Paste this into .cursor/mcp.json of a project, or ~/.cursor/mcp.json for all."],
      text: json({ mcpServers: { [NAME]: { url: endpoint, headers } } }),
      label: ".cursor/mcp.json",
      link: {
        href: cursorLink(endpoint),
        label: "Add to Cursor",
        about: `Then put your token in place of ${PLACEHOLDER} in Cursor's settings.`,
      },
    },
    {
      id: "vs-code",
      client: "VS Code",
      steps: ["Paste this into .vscode/mcp.json of a project."],
      text: json({ servers: { [NAME]: { type: "http", url: endpoint, headers } } }),
      label: ".vscode/mcp.json",
      link: {
        href: vsCodeLink(endpoint),
        label: "Add to VS Code",
        about: "VS Code asks for your token and keeps it safe.",
      },
    },
    {
      id: "chatgpt",
      client: "ChatGPT",
      steps: [
        "ChatGPT reaches servers on the internet only, by https.",
        "In Settings → Connectors, with developer mode on, create a connector with the address " +
        "below. Choose access token or API key, where your version offers it, and paste your " +
        "token. Versions that offer nothing but OAuth cannot connect.",
        "Programs that use OpenAI's Responses API pass this among their tools:",
      ],
      text: json({
        type: "mcp",
        server_label: NAME.replaceAll("-", "_"),
        server_url: endpoint,
        authorization: token,
      }),
      label: "Tool of the Responses API",
    },
    {
      id: "other",
      client: "Any other client",
      steps: [
        "Choose streamable HTTP (some say remote or http), and give it this address and header. " +
        "Clients that start local programs only take the lines of Claude Desktop.",
      ],
      text: `${endpoint}\nAuthorization: Bearer ${token}`,
      label: "Address and header",
    },
  ];
}

/** The configuration of one server in Base64 (cursor.com/docs/mcp/install-links). */
function cursorLink(url: string): string {
  const config = { url, headers: { Authorization: `Bearer ${PLACEHOLDER}` } };
  const base64 = encodeURIComponent(btoa(JSON.stringify(config)));
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${NAME}&config=${base64}`;
}

/** The server's name, what to ask for, and its configuration (VS Code's MCP developer guide). */
function vsCodeLink(url: string): string {
  const input = { type: "promptString", id: "token", description: "API token", password: true };
  const config = {
    name: NAME,
    type: "http",
    url,
    headers: { Authorization: "Bearer ${input:token}" },
    inputs: [input],
  };
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify(config))}`;
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
