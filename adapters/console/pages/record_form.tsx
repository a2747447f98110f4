/**
 * The forms that add and change a record.
 *
 * @module
 */
import { DomainError, invalid } from "../../../src/kernel/errors.ts";
import type { JsonObject } from "../../../src/kernel/json.ts";
import { MAX_NAME } from "../../../src/records/create_record.ts";
import { MAX_EMAIL, RECORD_STATUSES, type RecordStatus } from "../../../src/records/record.ts";
import type { RecordView } from "../../../src/records/record_repo.ts";
import type { Form } from "../form.ts";
import { wordsOf } from "../ui/format.ts";
import { SelectField, SubmitButton, TextAreaField, TextField } from "../ui/form.tsx";
import { EmptyState, LinkButton, Notice, PageHeader } from "../ui/parts.tsx";
import type { PageRoute, Visit } from "../visit.tsx";
import { everyType, typeOptions } from "./records.tsx";
import { sentence } from "./sign_in.tsx";

/** Values of the form, by the names of its fields. */
type Values = Record<string, string>;

/** What was refused: its field, what is wrong, and the record that stands in the way. */
interface Refused {
  field: string;
  problem: string;
  existing?: string;
}

/** Adding and changing a record. */
export const RECORD_FORMS: readonly PageRoute[] = [
  {
    path: "/records/new",
    ofClient: true,
    get: (visit) => newPage(visit, { recordTypeUuid: visit.query("type") ?? "" }),
    async post(visit, form) {
      try {
        const { record } = await visit.app.records.create(visit.principal, {
          recordTypeUuid: form.text("recordTypeUuid"),
          country: form.text("country") || undefined,
          ...fieldsOf(form),
          parameters: parametersOf(form),
        });
        return visit.redirect(`/records/${record.id}?done=created`);
      } catch (error) {
        return await newPage(visit, valuesOf(form), refusedBy(error));
      }
    },
  },
  {
    path: "/records/:uuid/edit",
    ofClient: true,
    async get(visit) {
      const view = await visit.app.records.get(visit.principal, visit.params.uuid);
      return await editPage(visit, view, valuesOfRecord(view));
    },
    async post(visit, form) {
      const view = await visit.app.records.get(visit.principal, visit.params.uuid);
      const { uuid } = visit.params;
      try {
        const status = RECORD_STATUSES.find((each) => each === form.text("status"));
        if (!status) throw invalid("status", `must be one of ${RECORD_STATUSES.join(", ")}`);
        const parameters = changesTo(view.record.parameters, parametersOf(form));
        const changes = { uuid, status, ...fieldsOf(form), parameters };
        await visit.app.records.update(visit.principal, changes);
        return visit.redirect(`/records/${uuid}?done=saved`);
      } catch (error) {
        return await editPage(visit, view, valuesOf(form), refusedBy(error));
      }
    },
  },
];

function fieldsOf(form: Form) {
  return {
    name: form.text("name"),
    phoneNumber: form.text("phoneNumber"),
    email: form.text("email"),
    firstName: form.text("firstName"),
    lastName: form.text("lastName"),
  };
}

function parametersOf(form: Form): JsonObject {
  const text = form.text("parameters").trim();
  if (text === "") return {};
  try {
    const value = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below, like every other JSON that is no object.
  }
  throw invalid("parameters", 'must be a JSON object such as {"plan": "gold"}');
}

/** What brings the parameters to those of the form: keys that it lacks are removed by null. */
function changesTo(before: JsonObject, after: JsonObject): JsonObject {
  const gone = Object.keys(before).filter((key) => !Object.hasOwn(after, key));
  return { ...after, ...Object.fromEntries(gone.map((key) => [key, null])) };
}

const FIELDS = [
  "recordTypeUuid",
  "name",
  "phoneNumber",
  "country",
  "email",
  "firstName",
  "lastName",
  "status",
  "parameters",
];

function valuesOf(form: Form): Values {
  return Object.fromEntries(FIELDS.map((name) => [name, form.text(name)]));
}

function valuesOfRecord({ record }: RecordView): Values {
  const { parameters } = record;
  return {
    name: record.name,
    phoneNumber: record.phoneNumber,
    email: record.email ?? "",
    firstName: record.firstName ?? "",
    lastName: record.lastName ?? "",
    status: record.status,
    parameters: Object.keys(parameters).length ? JSON.stringify(parameters, null, 2) : "",
  };
}

/** What the form can show at a field. @throws every other error. */
function refusedBy(error: unknown): Refused {
  const mine = error instanceof DomainError && FIELDS.includes(error.details.field ?? "");
  if (!mine) throw error;
  const { field = "", existing } = error.details;
  const problem = existing ? "Another record of this type has this number." : sentence(error);
  return { field, problem, existing };
}

async function newPage(visit: Visit, values: Values, refused?: Refused): Promise<Response> {
  const types = await everyType(visit);
  const title = "New record";
  return await visit.page(
    { title, crumbs: [{ label: "Records", path: "/records" }], status: refused ? 422 : 200 },
    <>
      <PageHeader title={title} lead="Somebody whom your campaigns may call." />
      <section class="panel" aria-label={title}>
        {types.length === 0
          ? (
            <EmptyState title="There is no record type yet">
              Each record is of a type, such as Lead. Ask your operator to set the first one up.
            </EmptyState>
          )
          : (
            <form class="form" method="post" action={visit.url.pathname}>
              <Existing visit={visit} refused={refused} />
              <SelectField
                label="Type"
                name="recordTypeUuid"
                options={typeOptions(types)}
                value={values.recordTypeUuid}
              />
              <Fields values={values} refused={refused} withCountry />
              <div class="form-end">
                <SubmitButton>Add record</SubmitButton>
                <LinkButton href={visit.link("/records")} quiet>Cancel</LinkButton>
              </div>
            </form>
          )}
      </section>
    </>,
  );
}

function editPage(
  visit: Visit,
  { record }: RecordView,
  values: Values,
  refused?: Refused,
): Promise<Response> {
  const path = `/records/${record.id}`;
  const crumbs = [{ label: "Records", path: "/records" }, { label: record.name, path }];
  return visit.page(
    { title: "Edit", crumbs, status: refused ? 422 : 200 },
    <>
      <PageHeader title={`Edit ${record.name}`} />
      <section class="panel" aria-label="Edit">
        <form class="form" method="post" action={visit.link(`${path}/edit`)}>
          <Existing visit={visit} refused={refused} />
          <Fields values={values} refused={refused} />
          <SelectField
            label="Status"
            name="status"
            hint="Archived records are kept, and never called"
            options={RECORD_STATUSES.map((each: RecordStatus) => [each, wordsOf(each)])}
            value={values.status}
            error={problemAt("status", refused)}
          />
          <div class="form-end">
            <SubmitButton>Save</SubmitButton>
            <LinkButton href={visit.link(path)} quiet>Cancel</LinkButton>
          </div>
        </form>
      </section>
    </>,
  );
}

function Existing({ visit, refused }: { visit: Visit; refused?: Refused }) {
  if (!refused?.existing) return null;
  return (
    <Notice tone="warn">
      This number is known already.{" "}
      <a href={visit.link(`/records/${refused.existing}`)}>Open the record that has it</a>
    </Notice>
  );
}

function problemAt(field: string, refused?: Refused): string | null {
  return refused?.field === field ? refused.problem : null;
}

function Fields(
  { values, refused, withCountry }: { values: Values; refused?: Refused; withCountry?: boolean },
) {
  const of = (name: string) => ({ name, value: values[name], error: problemAt(name, refused) });
  return (
    <>
      <TextField label="Name" {...of("name")} maxlength={MAX_NAME} required />
      <div class="form-row">
        <TextField
          label="Phone number"
          hint="With its country code, such as +1 415 555 0132"
          {...of("phoneNumber")}
          autocomplete="off"
          required
        />
        {withCountry && (
          <TextField
            label="Country"
            hint="Two letters; for numbers without a country code"
            {...of("country")}
            maxlength={2}
            autocomplete="off"
          />
        )}
        <TextField
          label="E-mail address"
          hint="May be left blank"
          {...of("email")}
          maxlength={MAX_EMAIL}
          autocomplete="off"
        />
      </div>
      <div class="form-row">
        <TextField label="First name" {...of("firstName")} maxlength={MAX_NAME} />
        <TextField label="Last name" {...of("lastName")} maxlength={MAX_NAME} />
      </div>
      <TextAreaField
        label="Parameters"
        hint='What the assistant should know, as a JSON object: {"plan": "gold"}'
        {...of("parameters")}
        rows={5}
      />
    </>
  );
}
