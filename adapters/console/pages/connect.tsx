/**
 * Connect: what to paste into which client, whether a token works, and what the server offers.
 *
 * A token comes by a form and goes back in the page alone, to fill in the snippets: it is in no
 * address, and nothing keeps it.
 *
 * @module
 */
import { PERMISSIONS, type Principal } from "../../../src/access/principal.ts";
import { DomainError } from "../../../src/kernel/errors.ts";
import { checkConnection, type Found, type Refused } from "../check_connection.ts";
import { SubmitButton, TextField } from "../ui/form.tsx";
import { Badge, Copyable, Facts, LinkButton, Notice, PageHeader, Section } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { Reference } from "./connect_reference.tsx";
import { PLACEHOLDER, type Snippet, snippetsFor } from "./connect_snippets.ts";

/** A token that was looked at. */
interface Checked {
  token: string;
  result: Found | Refused;
  owner: Owner | null;
}

/** Whose token it is. */
interface Owner {
  principal: Principal;
  /** Null for a master. */
  clientName: string | null;
}

/** Longer than any token with what people paste around it. */
const MAX_TOKEN = 200;

/** The page, and its check. */
export const CONNECT_PAGES: readonly PageRoute[] = [{
  path: "/connect",
  get: (visit) => connectPage(visit, null),
  async post(visit, form) {
    const token = bare(form.text("token"));
    if (token === "" || token === PLACEHOLDER) {
      return await connectPage(visit, null, "Paste a token that you have generated.");
    }
    const endpoint = new URL("/mcp", visit.publicUrl);
    const result = await checkConnection(visit.fetch, endpoint, token);
    return await connectPage(visit, { token, result, owner: await ownerOf(visit, token) });
  },
}];

/** What is left when `Bearer`, quotes and spaces around it are taken off. */
function bare(text: string): string {
  return text.slice(0, MAX_TOKEN).trim().replace(/^(authorization:\s*)?bearer\s+/i, "")
    .replace(/^["'<]+|["'>]+$/g, "").replace(/[^\x21-\x7e]/g, "");
}

async function ownerOf({ app }: Visit, token: string): Promise<Owner | null> {
  try {
    const principal = await app.access.authenticate(token);
    if (principal.clientId === null) return { principal, clientName: null };
    const { client } = await app.access.getClient(principal);
    return { principal, clientName: client.name };
  } catch (error) {
    if (!(error instanceof DomainError) || error.code === "unavailable") throw error;
    return null;
  }
}

function connectPage(visit: Visit, checked: Checked | null, error?: string): Promise<Response> {
  const endpoint = new URL("/mcp", visit.publicUrl).href;
  const token = checked?.result.ok ? checked.token : PLACEHOLDER;
  return visit.page(
    { title: "Connect", status: error ? 422 : 200 },
    <>
      <PageHeader
        title="Connect an assistant"
        lead="Your AI assistant works with your campaigns through this address, with a token of yours."
      >
        <LinkButton href="/profile/security#generate" quiet>Generate a token</LinkButton>
      </PageHeader>
      <Section title="Address">
        <Copyable text={endpoint} label="Address of the MCP endpoint" />
      </Section>
      <Section
        id="check"
        title="Check a token"
        about="We connect as your assistant would, and show what it will find. The token is not kept."
      >
        {checked && <Result checked={checked} />}
        <form class="form" method="post" action="/connect#check">
          <TextField
            label="Token"
            name="token"
            type="password"
            autocomplete="off"
            error={error}
            maxlength={MAX_TOKEN}
            required
          />
          <div class="form-end">
            <SubmitButton>Check connection</SubmitButton>
          </div>
        </form>
      </Section>
      <Section
        title="Set up your client"
        about={token === PLACEHOLDER
          ? (
            <>
              Put your token where <mark>{PLACEHOLDER}</mark>{" "}
              stands. Check it above, and it is filled in for you.
            </>
          )
          : "Your token is filled in, and marked. Whoever has it can act in your name."}
      >
        <div class="clients">
          {snippetsFor(endpoint, token).map((snippet, i) => (
            <Client snippet={snippet} token={token} open={i === 0} />
          ))}
        </div>
      </Section>
      <Reference />
    </>,
  );
}

function Client({ snippet, token, open }: { snippet: Snippet; token: string; open: boolean }) {
  const { id, client, steps, text, label, link } = snippet;
  return (
    <details class="client" id={id} name="client" open={open}>
      <summary>
        <h3>{client}</h3>
      </summary>
      <div class="stack">
        {link && (
          <p class="one-click">
            <a class="button quiet" href={link.href}>{link.label}</a>
            <span class="hint">{link.about}</span>
          </p>
        )}
        {steps.map((step) => <p>{step}</p>)}
        {text && <Copyable text={text} label={`${client}: ${label}`} mark={token} />}
      </div>
    </details>
  );
}

function Result({ checked: { result, owner } }: { checked: Checked }) {
  if (!result.ok) {
    return (
      <Notice tone="bad" title={`Refused (${result.status})`}>
        <p>{result.message}</p>
        <p>{adviceFor(result.status)}</p>
      </Notice>
    );
  }
  return (
    <div class="checked">
      <Notice tone="good" title="It works">
        Your assistant can connect with this token.
      </Notice>
      <Facts
        items={[
          ...owner ? ownerFacts(owner) : [],
          ["Tools", `${result.tools.length}: ${result.tools.join(", ")}`],
          ["Resources", String(result.resources)],
          ["Prompts", String(result.prompts)],
          ["Protocol", result.revisions.join(" and ")],
        ]}
      />
    </div>
  );
}

function ownerFacts({ principal, clientName }: Owner): [string, ReturnType<typeof Badge>][] {
  const { name, permissions, readOnly } = principal;
  const held = PERMISSIONS.filter((each) => permissions.has(each));
  return [
    ["Works in the name of", <>{name}</>],
    ["Client", <>{clientName ?? "Every client (operator)"}</>],
    [
      "Access",
      <Badge tone={readOnly ? "info" : "good"}>{readOnly ? "Read only" : "Read and write"}</Badge>,
    ],
    ["Permissions", <>{held.length ? held.join(", ") : "none beyond a valid token"}</>],
  ];
}

function adviceFor(status: number): string {
  switch (status) {
    case 401:
      return "Copy the token again, whole: it begins with ccs_. If it was revoked or has expired, " +
        "generate another under Security.";
    case 403:
      return "The token is fine, but its user belongs to no client. The operator can change that.";
    case 429:
      return "Wait a little, then check again.";
    default:
      return "Try again in a few seconds.";
  }
}
