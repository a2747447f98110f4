/**
 * One client, as the operator sees it: its money, what it pays, its people and their roles. One
 * file, because it is one page; the sections about people are beside it.
 *
 * @module
 */
import type { TokenView } from "../../../../src/access/access_repo.ts";
import type { Client, Role, User } from "../../../../src/access/client.ts";
import type { Balance, LedgerEntry, LedgerKind } from "../../../../src/billing/balance_service.ts";
import { formatMicros } from "../../../../src/billing/money.ts";
import type { Page } from "../../../../src/kernel/page.ts";
import type { ClientSetup } from "../../../../src/setup/setup.ts";
import type { Form } from "../../form.ts";
import { SubmitButton, TextField } from "../../ui/form.tsx";
import { moneyText, sumText } from "../../ui/format.ts";
import {
  Copyable,
  EmptyState,
  Facts,
  LinkButton,
  Moment,
  Notice,
  PageHeader,
  Pagination,
  Section,
  Table,
} from "../../ui/parts.tsx";
import type { PageRoute, Visit } from "../../visit.tsx";
import { pageOf, paging } from "../listing.ts";
import { CLIENTS } from "./clients.tsx";
import { People } from "./people_sections.tsx";
import { type Problems, problemsOf } from "./problems.ts";
import { TariffFields } from "./tariff_fields.tsx";

const PATH = `${CLIENTS}/:uuid`;
const LEDGER_LIMIT = 20;

/** What was done, as the page says after it. */
const DONE: Record<string, string> = {
  client: "The client is added. Next: pay something in, and add its people.",
  paid: "The money is paid in.",
  paidBefore: "This reference was paid in before, so nothing has changed.",
  tariff: "The new prices hold for calls that start from now on.",
  user: "The user is saved. Next: invite them, so that they can choose a password.",
  role: "The role is saved, and holds at once.",
  disabled: "Nothing of theirs is accepted any more: password, sessions, invitations, tokens.",
  enabled: "They may come in again, with the password and tokens that they had.",
  tokens: "The tokens are revoked. Whoever uses them is refused from now on.",
};

const KINDS: Record<LedgerKind, string> = {
  top_up: "Paid in",
  reserve: "Reserved for a call",
  settle: "Spent on a call",
  release: "Given back after a call",
  adjust: "Price of a call corrected",
};

/** The page, and what its forms about money do. */
export const CLIENT_PAGES: readonly PageRoute[] = [
  { path: PATH, get: (visit) => clientPage(visit) },
  { path: `${PATH}/top-up`, post: topUp },
  { path: `${PATH}/tariff`, post: changeTariff },
];

/** What an operator's page shows beside what is stored. */
export interface State {
  problems?: Problems;
  /** Values to keep after a refusal. */
  form?: Form;
  /** An invitation, which is shown once. */
  invitation?: { link: string; user: User; expiresAt: Date };
}

/** Everything that the page is about. */
export interface Seen {
  client: Client;
  balance: Balance | null;
  liveCalls: string;
  ledger: Page<LedgerEntry>;
  users: User[];
  roles: Role[];
  /** Of the users, by user. */
  tokens: Map<string, TokenView["token"][]>;
}

/** Path of a client's page. */
export function pathOf({ params }: Visit): string {
  return `${CLIENTS}/${params.uuid}`;
}

/** Brings a part of the client's setup about; what is not named stays. */
export async function applyTo(visit: Visit, part: Omit<ClientSetup, "name">) {
  const { app, principal, params } = visit;
  const { client } = await app.access.getClient(principal, { clientUuid: params.uuid });
  return await app.setup.apply(principal, { clients: [{ ...part, name: client.name }] });
}

async function topUp(visit: Visit, form: Form): Promise<Response> {
  const entry = { reference: form.text("reference"), amount: form.text("amount") };
  try {
    const { created } = await applyTo(visit, { topUps: [entry] });
    return visit.redirect(`${pathOf(visit)}?done=${created > 0 ? "paid" : "paidBefore"}`);
  } catch (error) {
    return await clientPage(visit, { form, problems: problemsOf(error) });
  }
}

async function changeTariff(visit: Visit, form: Form): Promise<Response> {
  const { app, principal, params } = visit;
  const { client } = await app.access.getClient(principal, { clientUuid: params.uuid });
  try {
    await applyTo(visit, {
      tariff: {
        currency: client.tariff.currency,
        setup: form.text("setup"),
        perMinute: form.text("perMinute"),
        incrementSeconds: Number(form.text("incrementSeconds")),
      },
    });
    return visit.redirect(`${pathOf(visit)}?done=tariff`);
  } catch (error) {
    return await clientPage(visit, { form, problems: problemsOf(error) });
  }
}

async function see(visit: Visit): Promise<Seen> {
  const { app, principal, params } = visit;
  const looked = await app.access.lookAtClient(principal, params.uuid);
  const { client, balance } = looked.view;
  const [ledger, people, tokens, live] = await Promise.all([
    app.billing.ledger(looked.principal, { page: pageOf(visit), limit: LEDGER_LIMIT }),
    app.access.listUsers(principal),
    app.access.listTokens(principal),
    app.calls.list(looked.principal, { status: "live", limit: 1 }),
  ]);
  const ours = ({ clientId }: { clientId: string | null }) => clientId === client.id;
  return {
    client,
    balance,
    ledger,
    liveCalls: live.atLeast ? `${live.total} or more` : String(live.total),
    users: people.users.filter(ours),
    roles: people.roles.filter(ours),
    tokens: Map.groupBy(tokens.map(({ token }) => token), ({ userId }) => userId),
  };
}

/** The client's page. */
export async function clientPage(visit: Visit, state: State = {}): Promise<Response> {
  const seen = await see(visit);
  const { client } = seen;
  const { problems = {}, invitation } = state;
  const notice = DONE[visit.query("done") ?? ""];
  return await visit.page(
    {
      title: client.name,
      crumbs: [{ label: "Clients", path: CLIENTS }],
      status: Object.keys(problems).length ? 422 : 200,
    },
    <>
      <PageHeader
        title={client.name}
        lead={
          <>
            A client since <Moment at={client.createdAt} />, in {client.country}.
          </>
        }
      >
        <LinkButton href={`/clients/${client.id}`} quiet>Look at its campaigns</LinkButton>
      </PageHeader>
      {notice && <Notice tone="good">{notice}</Notice>}
      {problems.form && <Notice tone="bad">{problems.form}</Notice>}
      {invitation && <Invitation invitation={invitation} />}
      <Money visit={visit} seen={seen} state={state} />
      <People path={pathOf(visit)} seen={seen} state={state} now={visit.now} />
      <Prices visit={visit} client={client} state={state} />
      <Ledger visit={visit} seen={seen} />
    </>,
  );
}

/** The link for whom it invites, shown once. */
export function Invitation(
  { invitation: { link, user, expiresAt } }: Required<Pick<State, "invitation">>,
) {
  return (
    <section class="panel new-token" aria-labelledby="invitation">
      <div class="panel-head">
        <h2 id="invitation">Invitation for {user.name}</h2>
        <p>
          Send this link to {user.email}{" "}
          and to nobody else: whoever opens it chooses the password. It is shown this once, works
          once, and until <Moment at={expiresAt} />.
        </p>
      </div>
      <Copyable text={link} label="Invitation link" />
    </section>
  );
}

function Money({ visit, seen, state }: { visit: Visit; seen: Seen; state: State }) {
  const { client: { tariff }, balance, liveCalls } = seen;
  const { form, problems = {} } = state;
  const shown = (amount: bigint = 0n) => sumText(amount, tariff.currency);
  return (
    <Section title="Balance">
      <div class="split">
        <Facts
          items={[
            ["Available", <strong>{shown(balance?.available)}</strong>],
            ["Reserved for live calls", shown(balance?.reserved)],
            ["Spent", shown(balance?.spent)],
            ["Paid in", shown(balance?.paidIn)],
            ["Live calls", liveCalls],
          ]}
        />
        <form class="form" method="post" action={`${pathOf(visit)}/top-up`}>
          <TextField
            label={`Pay in (${tariff.currency})`}
            name="amount"
            hint="Such as 250.00"
            value={form?.text("amount")}
            error={problems.amount}
            maxlength={20}
            autocomplete="off"
            required
          />
          <TextField
            label="Reference"
            name="reference"
            hint="Of the payment. The same reference counts once, however often it is sent."
            value={form?.text("reference")}
            error={problems.reference}
            maxlength={200}
            autocomplete="off"
            required
          />
          <div class="form-end">
            <SubmitButton>Pay in</SubmitButton>
          </div>
        </form>
      </div>
    </Section>
  );
}

function Prices({ visit, client, state }: { visit: Visit; client: Client; state: State }) {
  const { tariff, phoneRates } = client;
  const { form, problems = {} } = state;
  const rates = Object.entries(phoneRates);
  return (
    <Section
      title="Prices"
      about={`In ${tariff.currency}. Calls that are live keep the prices that they began with.`}
    >
      <form class="form" method="post" action={`${pathOf(visit)}/tariff`}>
        <TariffFields
          values={{
            setup: form?.text("setup") || formatMicros(tariff.setup),
            perMinute: form?.text("perMinute") || formatMicros(tariff.perMinute),
            incrementSeconds: form?.text("incrementSeconds") || String(tariff.incrementSeconds),
          }}
          problems={problems}
        />
        <div class="form-end">
          <SubmitButton quiet>Change prices</SubmitButton>
        </div>
      </form>
      {rates.length > 0 && (
        <details class="more">
          <summary>What the phone network is expected to cost us</summary>
          <Facts
            items={rates.map(([country, rate]) => [
              country === "default" ? "Every other country" : country,
              `${rate} ${tariff.currency} per minute`,
            ])}
          />
        </details>
      )}
    </Section>
  );
}

function Ledger({ visit, seen: { client, ledger } }: { visit: Visit; seen: Seen }) {
  return (
    <Section title="Ledger" about="Every movement of the client's money, newest first." id="ledger">
      {ledger.items.length === 0
        ? <EmptyState title="No money has moved yet">Pay something in above.</EmptyState>
        : (
          <Table
            caption="Ledger, newest first"
            columns={[
              { label: "When" },
              { label: "What" },
              { label: "Amount", numeric: true },
              { label: "For" },
            ]}
            rows={ledger.items.map(({ at, kind, amount, currency, callId, reference }) => [
              <Moment at={at} />,
              KINDS[kind],
              moneyText(amount, currency),
              callId ? <a href={`/clients/${client.id}/calls/${callId}`}>Call</a> : reference ?? "",
            ])}
          />
        )}
      <Pagination {...paging(visit, ledger)} />
    </Section>
  );
}
