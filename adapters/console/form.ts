/**
 * What a form has sent.
 *
 * @module
 */
import { invalid } from "../../src/kernel/errors.ts";

/** Fields of a form by name. */
export class Form {
  constructor(private readonly data: FormData) {}

  /** The text of a field; empty when it was left out. */
  text(name: string): string {
    const value = this.data.get(name);
    return typeof value === "string" ? value : "";
  }

  /** Every text of a field, such as ticked boxes of one name. */
  all(name: string): string[] {
    return this.data.getAll(name).filter((value) => typeof value === "string");
  }

  /** The file of a field, or null. */
  file(name: string): File | null {
    const value = this.data.get(name);
    return value instanceof File && value.size > 0 ? value : null;
  }
}

/** The form in a request's body. @throws DomainError `invalid` for a body that is no form. */
export async function readForm(request: Request): Promise<Form> {
  try {
    return new Form(await request.formData());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw invalid("form", "cannot be read. Go back, and send it again");
  }
}
