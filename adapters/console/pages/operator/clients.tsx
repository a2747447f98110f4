/**
 * Every client with its money, and how to add one.
 *
 * @module
 */
import type { Principal } from "../../../../src/access/principal.ts";
import type { ClientView } from "../../../../src/access/queries.ts";
import { MAX_LIMIT } from "../../../../src/kernel/page.ts";
import type { App } from "../../../../src/app.ts";
import type { Form } from "../../form.ts";
import { SubmitButton, TextField } from "../../ui/form.tsx";
import { moneyText } from "../../ui/format.ts";
import { EmptyState, LinkButton, PageHeader, Section, Table } from "../../ui/parts.tsx";
import type { PageRoute, Visit } from "../../visit.tsx";
import { type Problems, problemsOf } from "./problems.ts";
import { TariffFields } from "./tariff_fields.tsx";

/** Where the list is. */
export const CLIENTS = "/operator/clients";
const NEW = `${CLIENTS}/new`;

/** The list, and the form for a new client. */
export const CLIENTS_PAGES: readonly PageRoute[] = [
  { path: CLIENTS, get: clientsPage },
  { path: NEW, get: (visit) => newClientPage(visit), post: addClient },
];

async function clientsPage(visit: Visit): Promise<Response> {
  const { app, principal } = visit;
  const [clients, live] = await Promise.all([
    app.access.listClients(principal),
    liveCalls(app, principal),
  ]);
  return await visit.page(
    { title: "Clients" },
    <>
      <PageHeader title="Clients" lead="Every company, what it has, and what it pays for calls.">
        <LinkButton href={NEW}>New client</LinkButton>
      </PageHeader>
      <Section title={`${clients.length} ${clients.length === 1 ? "client" : "clients"}`}>
        {clients.length === 0
          ? (
            <EmptyState title="There are no clients yet">
              <a href={NEW}>Add the first one</a>
            </EmptyState>
          )
          : <Clients clients={clients} live={live} />}
      </Section>
    </>,
  );
}

/** Live calls by client; there are no more of them than campaigns allow at once. */
async function liveCalls(app: App, principal: Principal): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (let page = 1;; page++) {
    const listed = await app.calls.list(principal, { status: "live", page, limit: MAX_LIMIT });
    for (const { call: { clientId } } of listed.items) {
      counts.set(clientId, (counts.get(clientId) ?? 0) + 1);
    }
    if (!listed.hasMore) return counts;
  }
}

function Clients({ clients, live }: { clients: ClientView[]; live: Map<string, number> }) {
  return (
    <Table
      caption="Clients by name"
      columns={[
        { label: "Client" },
        { label: "Available", numeric: true },
        { label: "Reserved", numeric: true },
        { label: "Spent", numeric: true },
        { label: "Live calls", numeric: true },
        { label: "Per minute", numeric: true },
      ]}
      rows={clients.map(({ client: { id, name, country, tariff }, balance }) => {
        const shown = (amount: bigint = 0n) => moneyText(amount, tariff.currency);
        return [
          <>
            <a href={`${CLIENTS}/${id}`}>
              <strong>{name}</strong>
            </a>
            <small>{country}, {tariff.currency}</small>
          </>,
          <strong class={(balance?.available ?? 0n) <= 0n ? "lacking" : undefined}>
            {shown(balance?.available)}
          </strong>,
          shown(balance?.reserved),
          shown(balance?.spent),
          live.get(id) ?? 0,
          shown(tariff.perMinute),
        ];
      })}
    />
  );
}

const FIELDS = { name: "name", country: "country", currency: "currency" };

async function addClient(visit: Visit, form: Form): Promise<Response> {
  const name = form.text("name").trim();
  const same = visit.clients.some((each) => each.name.toLowerCase() === name.toLowerCase());
  if (same) {
    return await newClientPage(visit, form, { name: "This client is there already." });
  }
  try {
    await visit.app.setup.apply(visit.principal, {
      clients: [{
        name,
        country: form.text("country").trim().toUpperCase(),
        tariff: {
          currency: form.text("currency").trim().toUpperCase(),
          setup: form.text("setup"),
          perMinute: form.text("perMinute"),
          incrementSeconds: Number(form.text("incrementSeconds")),
        },
        // Without a role nobody could be added.
        roles: [{ name: "Admin", admin: true }],
      }],
    });
  } catch (error) {
    return await newClientPage(visit, form, problemsOf(error, FIELDS));
  }
  const clients = await visit.app.access.clientNames(visit.principal);
  const made = clients.find((each) => each.name === name);
  return visit.redirect(made ? `${CLIENTS}/${made.id}?done=client` : CLIENTS);
}

function newClientPage(visit: Visit, form?: Form, problems: Problems = {}): Promise<Response> {
  return visit.page(
    {
      title: "New client",
      crumbs: [{ label: "Clients", path: CLIENTS }],
      status: Object.keys(problems).length ? 422 : 200,
    },
    <>
      <PageHeader
        title="New client"
        lead="It starts without money, and with rules that are safe for real telephony: daytime, its own country, consent on file."
      />
      <Section title="Company">
        <form class="form" method="post" action={NEW}>
          <div class="form-row">
            <TextField
              label="Name"
              name="name"
              value={form?.text("name")}
              error={problems.name}
              maxlength={200}
              autocomplete="off"
              required
            />
            <TextField
              label="Country"
              name="country"
              hint="Two letters, such as US"
              value={form?.text("country")}
              error={problems.country}
              maxlength={2}
              autocomplete="off"
              required
            />
            <TextField
              label="Currency"
              name="currency"
              hint="Three letters, such as USD; it stays"
              value={form?.text("currency")}
              error={problems.currency}
              maxlength={3}
              autocomplete="off"
              required
            />
          </div>
          <TariffFields
            values={{
              setup: form?.text("setup") ?? "0.00",
              perMinute: form?.text("perMinute") ?? "",
              incrementSeconds: form?.text("incrementSeconds") ?? "60",
            }}
            problems={problems}
          />
          <div class="form-end">
            <SubmitButton>Add client</SubmitButton>
          </div>
        </form>
      </Section>
    </>,
  );
}
