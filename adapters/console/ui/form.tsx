/**
 * Parts of forms. Every control has a label, and its hint and error are tied to it.
 *
 * @module
 */
import type { Child } from "@hono/hono/jsx";

/** What a labelled control has in common. */
interface Labelled {
  label: string;
  name: string;
  hint?: string;
  /** What is wrong with the value. */
  error?: string | null;
}

function describedBy({ name, hint, error }: Labelled): string | undefined {
  const ids = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean);
  return ids.length ? ids.join(" ") : undefined;
}

/** A label above a control, with what helps and what is wrong. */
function Field(props: Labelled & { children?: Child }) {
  const { label, name, hint, error, children } = props;
  return (
    <div class={error ? "field wrong" : "field"}>
      <label for={name}>{label}</label>
      {hint && <p class="hint" id={`${name}-hint`}>{hint}</p>}
      {children}
      {error && <p class="error" id={`${name}-error`}>{error}</p>}
    </div>
  );
}

/** A line of text. */
export function TextField(
  props: Labelled & {
    type?: "text" | "email" | "password" | "search" | "number" | "datetime-local";
    value?: string;
    required?: boolean;
    autocomplete?: string;
    minlength?: number;
    maxlength?: number;
    autofocus?: boolean;
  },
) {
  const { label: _, hint: __, error, name, type = "text", ...rest } = props;
  return (
    <Field {...props}>
      <input
        id={name}
        name={name}
        type={type}
        aria-describedby={describedBy(props)}
        aria-invalid={error ? "true" : undefined}
        {...rest}
      />
    </Field>
  );
}

/** Text of several lines. */
export function TextAreaField(
  props: Labelled & {
    value?: string;
    rows?: number;
    maxlength?: number;
  },
) {
  const { label: _, hint: __, error, name, value = "", ...rest } = props;
  return (
    <Field {...props}>
      <textarea
        id={name}
        name={name}
        aria-describedby={describedBy(props)}
        aria-invalid={error ? "true" : undefined}
        {...rest}
      >
        {/* Browsers drop the first line end. */}
        {`\n${value}`}
      </textarea>
    </Field>
  );
}

/** A file; `accept` as in HTML. */
export function FileField(props: Labelled & { accept: string; required?: boolean }) {
  const { label: _, hint: __, error, name, ...rest } = props;
  return (
    <Field {...props}>
      <input
        id={name}
        name={name}
        type="file"
        aria-describedby={describedBy(props)}
        aria-invalid={error ? "true" : undefined}
        {...rest}
      />
    </Field>
  );
}

/** One of several, as a list that opens. */
export function SelectField(
  props: Labelled & { options: [value: string, label: string][]; value?: string },
) {
  const { name, options, value, error } = props;
  return (
    <Field {...props}>
      <select
        id={name}
        name={name}
        aria-describedby={describedBy(props)}
        aria-invalid={error ? "true" : undefined}
      >
        {options.map(([each, text]) => (
          <option value={each} selected={each === value}>{text}</option>
        ))}
      </select>
    </Field>
  );
}

/** Boxes to tick, of one name. */
export function CheckboxGroup(
  { legend, name, hint, options, values }: {
    legend: string;
    name: string;
    hint?: string;
    options: [value: string, label: string, about?: string][];
    values: readonly string[];
  },
) {
  return (
    <fieldset class="field">
      <legend>{legend}</legend>
      {hint && <p class="hint">{hint}</p>}
      {options.map(([value, label, about]) => (
        <label class="check">
          <input type="checkbox" name={name} value={value} checked={values.includes(value)} />
          <span>
            {label}
            {about && <small>{about}</small>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** What sends the form. */
export function SubmitButton({ children, quiet }: { children?: Child; quiet?: boolean }) {
  return <button class={quiet ? "button quiet" : "button"} type="submit">{children}</button>;
}
