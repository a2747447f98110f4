/**
 * The parts that pages are made of.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";

/** Colours by meaning. */
export type Tone = "neutral" | "good" | "bad" | "warn" | "info";

/** The page's heading, a sentence about it, and what one can do at once. */
export function PageHeader(
  { title, lead, children }: { title: string; lead?: Child; children?: Child },
) {
  return (
    <div class="page-header">
      <div>
        <h1>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </div>
  );
}

/** A part of a page, with a heading of the second level. */
export function Section(
  { title, about, id, children }: { title: string; about?: Child; id?: string; children?: Child },
) {
  return (
    <section class="panel" id={id}>
      <div class="panel-head">
        <h2>{title}</h2>
        {about && <p>{about}</p>}
      </div>
      {children}
    </section>
  );
}

/** Something that the reader should know now. Bad news is read out at once. */
export function Notice(
  { tone = "info", title, children }: { tone?: Tone; title?: string; children?: Child },
) {
  return (
    <div class={`notice ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      {title && <strong>{title}</strong>}
      {children && <div>{children}</div>}
    </div>
  );
}

/** A status in a word or two. */
export function Badge({ tone = "neutral", children }: { tone?: Tone; children?: Child }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

/** What a list says that has nothing in it, and what to do about it. */
export function EmptyState({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p>
        <strong>{title}</strong>
      </p>
      {children && <div>{children}</div>}
    </div>
  );
}

/** A link that looks like a button. */
export function LinkButton(
  { href, quiet, children }: { href: string; quiet?: boolean; children?: Child },
) {
  return <a class={quiet ? "button quiet" : "button"} href={href}>{children}</a>;
}

/** Terms and what they are, such as a call's cost breakdown. */
export function Facts({ items }: { items: [term: Child, value: Child][] }) {
  return (
    <dl class="facts">
      {items.map(([term, value]) => (
        <div>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A column of a {@link Table}. */
export interface Column {
  label: string;
  /** Numbers stand right. */
  numeric?: boolean;
}

/** A table; on phones each row becomes a card, with the columns' labels beside the values. */
export function Table(
  { caption, columns, rows }: { caption: string; columns: Column[]; rows: Child[][] },
) {
  return (
    <table class="table">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          {columns.map(({ label, numeric }) => (
            <th scope="col" class={numeric ? "numeric" : undefined}>
              {label || <span class="unseen">Actions</span>}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((cells) => (
          <tr>
            {cells.map((cell, i) => (
              <td class={columns[i].numeric ? "numeric" : undefined} data-label={columns[i].label}>
                <div>{cell}</div>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Where one is in a long list; `link` makes the address of another page. */
export function Pagination(
  { page, pages, total, atLeast = false, link }: {
    page: number;
    pages: number;
    total: number;
    /** Whether there may be more than that. */
    atLeast?: boolean;
    link: (page: number) => string;
  },
) {
  return (
    <nav class="pagination" aria-label="Pages">
      <span>
        {atLeast
          ? `Page ${page}, ${total.toLocaleString("en")} or more in all`
          : `Page ${page} of ${Math.max(1, pages)}, ${total.toLocaleString("en")} in all`}
      </span>
      <span class="pagination-links">
        {page > 1 && <a class="button quiet small" rel="prev" href={link(page - 1)}>Previous</a>}
        {page < pages && <a class="button quiet small" rel="next" href={link(page + 1)}>Next</a>}
      </span>
    </nav>
  );
}

/** A moment: exact in UTC, and by script in the reader's own time zone. */
export function Moment({ at, none = "never" }: { at: Date | null; none?: string }) {
  if (at === null) return <span class="muted">{none}</span>;
  const text = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return <time datetime={at.toISOString()}>{text}</time>;
}

/**
 * Text to be copied, such as a secret or a snippet; the button is there with scripts only. Where
 * `mark` stands in the text, it is marked.
 */
export function Copyable({ text, label, mark }: { text: string; label: string; mark?: string }) {
  const [first, ...rest] = mark ? text.split(mark) : [text];
  return (
    <div class="copyable">
      <pre
        tabindex={0}
        aria-label={label}
      ><code>{first}{rest.map((part) => <><mark>{mark}</mark>{part}</>)}</code></pre>
      <button class="button quiet small" type="button" data-copy hidden>Copy</button>
    </div>
  );
}

/** Asks before something is done that cannot be undone; works without scripts. */
export function Confirm(
  { label, question, action, confirm, fields = {} }: {
    label: string;
    question: string;
    /** Path that the form is sent to. */
    action: string;
    confirm: string;
    fields?: Record<string, string>;
  },
) {
  return (
    <details class="confirm">
      <summary class="button quiet small">{label}</summary>
      <form method="post" action={action}>
        <p>{question}</p>
        {Object.entries(fields).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="button danger small" type="submit">{confirm}</button>
      </form>
    </details>
  );
}
