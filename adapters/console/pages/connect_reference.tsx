/**
 * What the server offers, from the catalogue that clients are served from.
 *
 * @module
 */
import { z } from "zod";
import type { Tool } from "../../mcp/define_tool.ts";
import { inputSchema } from "../../mcp/json_schema.ts";
import { PROMPTS } from "../../mcp/prompts.ts";
import { RESOURCES } from "../../mcp/resources.ts";
import { TOOLS } from "../../mcp/tools/mod.ts";
import { Badge, Section, Table } from "../ui/parts.tsx";

/** What a client is told when something goes wrong; the same words as the server's own. */
const ERRORS: [when: string, answer: string, remedy: string][] = [
  ["The token is missing, unknown, expired or revoked", "HTTP 401", "Generate another."],
  ["The user belongs to no client", "HTTP 403", "Ask the operator."],
  [
    "The role or token lacks a permission",
    "Forbidden: Missing required permission [calls.manage]",
    "Ask an administrator, or use a token with more permissions.",
  ],
  [
    "A read-only token calls a tool that writes",
    "Forbidden: This token is read-only",
    "Use a token that may write.",
  ],
  [
    "There is no such record, or it is another client's",
    "Record not found or access denied",
    "Look for it with list-records. Campaigns, calls and orders answer alike.",
  ],
  [
    "The balance does not cover the longest allowed call",
    "Insufficient client balance to initiate calls",
    "Ask the operator for a top-up.",
  ],
];

/** Something that a tool takes. */
interface Parameter {
  name: string;
  required: boolean;
  /** With its allowed values, where they are few. */
  description: string;
}

const schemas = z.object({
  properties: z.record(
    z.string(),
    z.object({ description: z.string().optional(), enum: z.array(z.string()).optional() }),
  ),
  required: z.array(z.string()).default([]),
});

/** By tool, as clients are told them. */
const PARAMETERS = new Map(TOOLS.map(({ name, input }) => {
  const { properties, required } = schemas.parse(inputSchema(input));
  const parameters = Object.entries(properties).map(([key, property]): Parameter => {
    const { description = "", enum: values } = property;
    const choices = values ? `One of ${values.join(", ")}` : "";
    return {
      name: key,
      required: required.includes(key),
      description: [description, choices].filter(Boolean).join(". "),
    };
  });
  return [name, parameters];
}));

/** Tools, resources, prompts, permissions and errors. */
export function Reference() {
  const guarded = TOOLS.filter(({ permission }) => permission !== null);
  return (
    <>
      <Section title="Tools" about={`${TOOLS.length} tools, which your assistant calls to act.`}>
        <div class="tools">{TOOLS.map((tool) => <ToolEntry tool={tool} />)}</div>
      </Section>
      <Section title="Resources" about="Figures and profiles to read, as JSON.">
        <Table
          caption="Resources"
          columns={[{ label: "Address" }, { label: "Contents" }]}
          rows={RESOURCES.map(({ uri, description }) => [<code>{uri}</code>, description])}
        />
      </Section>
      <Section title="Prompts" about="Jobs to start with; each takes a name or a uuid.">
        <Table
          caption="Prompts"
          columns={[{ label: "Prompt" }, { label: "What it is for" }]}
          rows={PROMPTS.map(({ name, description }) => [<code>{name}</code>, description])}
        />
      </Section>
      <Section
        title="Permissions"
        about="Every other tool needs a valid token only. Admins have every permission."
      >
        <Table
          caption="Tools that need a permission"
          columns={[{ label: "Tool" }, { label: "Permission" }]}
          rows={guarded.map(({ name, permission }) => [<code>{name}</code>, permission])}
        />
      </Section>
      <Section
        title="When something goes wrong"
        about="A tool that is refused answers with isError and these words; the connection stays open."
      >
        <Table
          caption="Errors"
          columns={[{ label: "When" }, { label: "Answer" }, { label: "What to do" }]}
          rows={ERRORS.map(([when, answer, remedy]) => [when, <code>{answer}</code>, remedy])}
        />
      </Section>
    </>
  );
}

function ToolEntry({ tool }: { tool: Tool }) {
  const { name, title, description, permission, hints } = tool;
  const parameters = PARAMETERS.get(name) ?? [];
  return (
    <details class="tool">
      <summary>
        <code>{name}</code>
        <span class="tool-title">{title}</span>
        <span class="tool-marks">
          {!hints.readOnlyHint && <Badge tone="warn">writes</Badge>}
          {permission && <Badge>{permission}</Badge>}
        </span>
      </summary>
      <div class="stack">
        <p>{description}</p>
        {parameters.length > 0 && (
          <Table
            caption={`Parameters of ${name}`}
            columns={[{ label: "Parameter" }, { label: "Required" }, { label: "Description" }]}
            rows={parameters.map((each) => [
              <code>{each.name}</code>,
              each.required ? "Yes" : "No",
              each.description,
            ])}
          />
        )}
      </div>
    </details>
  );
}
