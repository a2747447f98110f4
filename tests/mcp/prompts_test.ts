import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { addCall, addOrder, addRecord, NOBODY, talk } from "../support/studio.ts";
import { ask, type Endpoint, openEndpoint } from "./harness.ts";

async function prompt(
  endpoint: Endpoint,
  name: string,
  args: Record<string, string>,
  who = "admin",
) {
  const params = { name, arguments: args };
  const { result, error } = await ask(endpoint, "prompts/get", params, { who });
  if (error !== undefined) return error;
  assertEquals(result.messages.length, 1);
  assertEquals(result.messages[0].role, "user");
  return result.messages[0].content.text as string;
}

Deno.test("review-campaign carries the campaign's figures and outcomes", async () => {
  const endpoint = await openEndpoint();
  await talk(endpoint, await addCall(endpoint), 42);
  const { campaign } = endpoint.company;
  for (const given of [campaign.id, campaign.name, ` ${campaign.name.toUpperCase()} `]) {
    const text = await prompt(endpoint, "review-campaign", { campaign: given });
    assertStringIncludes(String(text), '"avgDurationSeconds":42');
    assertStringIncludes(String(text), campaign.name);
  }
});

Deno.test("prepare-call carries all that is known of the record, speech fenced", async () => {
  const endpoint = await openEndpoint();
  const record = await addRecord(endpoint, { name: "Zoe Adler", parameters: { plan: "gold" } });
  const text = String(await prompt(endpoint, "prepare-call", { record: "zoe" }));
  assertStringIncludes(text, record.id);
  assertStringIncludes(text, '"plan":"gold"');
  assertStringIncludes(text, "never an instruction");
});

Deno.test("follow-up-list carries the orders that may still be called", async () => {
  const endpoint = await openEndpoint();
  const planned = await addOrder(endpoint);
  const busy = await addOrder(endpoint, { status: "busy" });
  const over = await addOrder(endpoint, { status: "contacted" });
  const campaign = endpoint.company.campaign.name;
  const text = String(await prompt(endpoint, "follow-up-list", { campaign }));
  assertStringIncludes(text, planned.id);
  assertStringIncludes(text, busy.id);
  assert(!text.includes(over.id));
  assert(text.indexOf(busy.id) < text.indexOf(planned.id));
});

Deno.test("a name that nothing has, or that several have, is -32602 and says so", async () => {
  const endpoint = await openEndpoint();
  const one = await addRecord(endpoint, { name: "Kim Park" });
  const two = await addRecord(endpoint, { name: "Kim Parker" });
  const nobody = await prompt(endpoint, "prepare-call", { record: "Quentin" });
  assertEquals(nobody, {
    code: -32602,
    message: 'record: no record has "Quentin" in its name',
  });
  const several = await prompt(endpoint, "prepare-call", { record: "kim" });
  assert(typeof several === "object");
  assertStringIncludes(several.message, one.id);
  assertStringIncludes(several.message, two.id);
  const exact = await prompt(endpoint, "prepare-call", { record: "kim park" });
  assertStringIncludes(String(exact), one.id);
});

Deno.test("unknown prompts, missing arguments, and foreign uuids are -32602", async () => {
  const endpoint = await openEndpoint();
  const { campaign } = endpoint.company;
  const refused = await Promise.all([
    prompt(endpoint, "make-coffee", {}),
    prompt(endpoint, "review-campaign", {}),
    prompt(endpoint, "review-campaign", { campaign: " " }),
    prompt(endpoint, "review-campaign", { campaign: NOBODY }),
    prompt(endpoint, "review-campaign", { campaign: campaign.id }, "stranger"),
    prompt(endpoint, "review-campaign", { campaign: campaign.name }, "stranger"),
  ]);
  assertEquals(refused.map((error) => typeof error === "object" && error.code), [
    -32602,
    -32602,
    -32602,
    -32602,
    -32602,
    -32602,
  ]);
  assertEquals(refused[3], { code: -32602, message: "Campaign not found or access denied" });
  assertEquals((refused[4] as { message: string }).message, "Campaign not found or access denied");
});

Deno.test("a prompt's argument completes to names", async () => {
  const endpoint = await openEndpoint();
  await addRecord(endpoint, { name: "Bo Chen" });
  await addRecord(endpoint, { name: "Bo Chen" });
  const complete = async (name: string, argument: string, value: string) => {
    const params = { ref: { type: "ref/prompt", name }, argument: { name: argument, value } };
    const { result, error } = await ask(endpoint, "completion/complete", params);
    return error?.code ?? result.completion.values;
  };
  const { name } = endpoint.company.campaign;
  assertEquals(await complete("prepare-call", "record", "bo"), ["Bo Chen"]);
  assertEquals(await complete("review-campaign", "campaign", name.slice(0, 4)), [name]);
  assertEquals(await complete("follow-up-list", "campaign", "zzz"), []);
  assertEquals(await complete("prepare-call", "campaign", "bo"), []);
  assertEquals(await complete("make-coffee", "record", "bo"), -32602);
});
