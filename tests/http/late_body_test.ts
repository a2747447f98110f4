import { assertEquals, assertRejects } from "@std/assert";
import { withDeadline } from "../../adapters/http/late_body.ts";
import { FakeClock } from "../support/fake_clock.ts";

function posted(body: ReadableStream<Uint8Array>): Request {
  return new Request("https://studio.example.com/sign-in", { method: "POST", body });
}

Deno.test("a body that comes in time is read as it is", async () => {
  const request = withDeadline(posted(new Blob(["name=Bo"]).stream()), 1000, new FakeClock());
  assertEquals(await request.text(), "name=Bo");
});

Deno.test("a body that never ends fails once its time is up, and is let go", async () => {
  const clock = new FakeClock();
  let letGo = false;
  const endless = new ReadableStream<Uint8Array>({ cancel: () => void (letGo = true) });
  const read = withDeadline(posted(endless), 1000, clock).text();
  const failed = assertRejects(() => read, TypeError, "too long");
  await clock.advance(1000);
  await failed;
  assertEquals(letGo, true);
});
