/**
 * A few figures in large type, on top of a page.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";

/** Each with its name and, where it helps, what it is of. */
export function Figures({ items }: { items: [name: string, value: Child, about?: string][] }) {
  return (
    <dl class="key-figures">
      {items.map(([name, value, about]) => (
        <div>
          <dt>{name}</dt>
          <dd>
            {value}
            {about && <small>{about}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
