/**
 * What a master sees in place of a client's page while no client is chosen.
 *
 * @module
 */
import { EmptyState, PageHeader, Section } from "../ui/parts.tsx";
import type { Visit } from "../visit.tsx";

/** Clients to choose from; each leads to the section that was asked for. */
export function chooseClient(visit: Visit): Promise<Response> {
  const section = visit.url.pathname.split("/")[1];
  return visit.page(
    { title: "Choose a client" },
    <>
      <PageHeader
        title="Choose a client"
        lead="This page is about one client's data. You can switch at the top of every page."
      />
      <Section title="Clients">
        {visit.clients.length === 0 && (
          <EmptyState title="There are no clients yet">
            <a href="/operator/clients/new">Add the first one</a>
          </EmptyState>
        )}
        <ul class="choices">
          {visit.clients.map(({ id, name }) => (
            <li>
              <a href={`/clients/${id}/${section}`}>{name}</a>
            </li>
          ))}
        </ul>
      </Section>
    </>,
  );
}
