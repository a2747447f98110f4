/**
 * What a client pays for answered calls, as fields of a form.
 *
 * @module
 */
import { TextField } from "../../ui/form.tsx";
import type { Problems } from "./problems.ts";

/** Prices as decimal text. */
export function TariffFields(
  { values, problems }: {
    values: { setup: string; perMinute: string; incrementSeconds: string };
    problems: Problems;
  },
) {
  return (
    <div class="form-row">
      <TextField
        label="Price per minute"
        name="perMinute"
        hint="Such as 0.12"
        value={values.perMinute}
        error={problems.perMinute}
        maxlength={20}
        autocomplete="off"
        required
      />
      <TextField
        label="Price per answered call"
        name="setup"
        hint="Once, on top of the minutes"
        value={values.setup}
        error={problems.setup}
        maxlength={20}
        autocomplete="off"
        required
      />
      <TextField
        label="Billed by"
        name="incrementSeconds"
        type="number"
        hint="Seconds: 60 bills whole minutes"
        value={values.incrementSeconds}
        error={problems.incrementSeconds}
        required
      />
    </div>
  );
}
