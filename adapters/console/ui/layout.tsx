/**
 * What stands around a page: the shell with its menu for people who are signed in, and a plain card
 * for everybody else.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";
import type { Visit } from "../visit.tsx";
import { Icon } from "./icon.tsx";
import { type Section, SECTIONS } from "./navigation.ts";

/** A page above the present one. */
export interface Crumb {
  label: string;
  /** Path without the client's prefix. */
  path: string;
}

/** The product's name and sign. */
function Brand() {
  return (
    <span class="brand">
      <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
        <rect width="32" height="32" rx="9" class="brand-back" />
        <path class="brand-front" d="M9 18.500v-5M13.500 22V10M18 19.500v-7M22.500 17v-2" />
      </svg>
      Call Camp Studio
    </span>
  );
}

/** The menu, the client one looks at, and the page. */
export function Shell(
  { visit, title, crumbs, children }: {
    visit: Visit;
    title: string;
    crumbs: Crumb[];
    children?: Child;
  },
) {
  return (
    <>
      <a class="skip" href="#main">Skip to the page</a>
      <div class="shell">
        <header class="side">
          <a class="home" href="/">
            <Brand />
          </a>
          <div class="side-menu">
            <Menu visit={visit} />
          </div>
          <details class="top-menu">
            <summary>
              <Icon name="menu" />
              <span>Menu</span>
            </summary>
            <div class="top-menu-body">
              <Menu visit={visit} />
            </div>
          </details>
        </header>
        <div class="content">
          <ClientBar visit={visit} />
          <main id="main" tabindex={-1}>
            <Breadcrumbs visit={visit} crumbs={crumbs} title={title} />
            {children}
          </main>
        </div>
      </div>
    </>
  );
}

function Menu({ visit }: { visit: Visit }) {
  const seen = SECTIONS.filter(({ masterOnly }) => !masterOnly || visit.isMaster);
  const groups = [...new Set(seen.map(({ group }) => group))];
  return (
    <>
      <nav aria-label="Sections">
        {groups.map((group) => (
          <div class="menu-group">
            <p>{group}</p>
            <ul>
              {seen.filter((section) => section.group === group).map((section) => (
                <li>
                  <MenuLink visit={visit} section={section} />
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <div class="who">
        <p>
          <strong>{visit.signedIn.principal.name}</strong>
          <span>{visit.signedIn.email}</span>
        </p>
        <form method="post" action="/sign-out">
          <button class="button quiet small" type="submit">Sign out</button>
        </form>
      </div>
    </>
  );
}

function MenuLink({ visit, section }: { visit: Visit; section: Section }) {
  const path = visit.url.pathname.replace(/^\/clients\/[^/]+/, "");
  const here = path === section.path || path.startsWith(`${section.path}/`);
  return (
    <a href={visit.link(section.path)} aria-current={here ? "page" : undefined}>
      <Icon name={section.icon} />
      {section.label}
    </a>
  );
}

/** Whose data one looks at, always in sight; masters change it here, without a script. */
function ClientBar({ visit }: { visit: Visit }) {
  const { client, clients, isMaster } = visit;
  if (!isMaster) {
    return client && (
      <div class="client-bar">
        <span class="client-name">{client.name}</span>
      </div>
    );
  }
  return (
    <div class={client ? "client-bar one" : "client-bar all"}>
      <span class="client-name">
        {client ? `Looking at ${client.name}` : "No client chosen"}
      </span>
      <details class="switch">
        <summary>{client ? "Switch client" : "Choose a client"}</summary>
        <ul>
          {clients.map(({ id, name }) => (
            <li>
              <a href={`/clients/${id}`} aria-current={client?.id === id ? "true" : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </details>
    </div>
  );
}

function Breadcrumbs({ visit, crumbs, title }: { visit: Visit; crumbs: Crumb[]; title: string }) {
  if (crumbs.length === 0) return null;
  return (
    <nav class="crumbs" aria-label="Breadcrumbs">
      <ol>
        {crumbs.map(({ label, path }) => (
          <li>
            <a href={visit.link(path)}>{label}</a>
          </li>
        ))}
        <li aria-current="page">{title}</li>
      </ol>
    </nav>
  );
}

/** A card in the middle of an otherwise empty page: signing in, and errors. */
export function Card({ title, children }: { title: string; children?: Child }) {
  return (
    <main class="alone" id="main">
      <Brand />
      <div class="card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
