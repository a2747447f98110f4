import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { ScryptPasswords } from "../../adapters/passwords.ts";
import { DomainError } from "../../src/kernel/errors.ts";

const CHEAP = { ln: 4, r: 8, p: 1 };

Deno.test("a password is kept with salt and parameters, and recognised", async () => {
  const passwords = new ScryptPasswords(CHEAP);
  const [kept, again] = [await passwords.hash("four words"), await passwords.hash("four words")];
  assertMatch(kept, /^\$scrypt\$ln=4,r=8,p=1\$[^$]{24}\$[^$]{44}$/);
  assertNotEquals(kept, again);
  assertEquals(await passwords.verify("four words", kept), "right");
  assertEquals(await passwords.verify("five words", kept), "wrong");
  assertEquals(await passwords.verify("four words", null), "wrong");
});

Deno.test("a hash of RFC 7914's own test is recognised, as outdated", async () => {
  // §12: password "pleaseletmein", salt "SodiumChloride", N 16384, r 8, p 1; the first 32 of 64 bytes.
  const hash = Uint8Array.fromHex(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2",
  );
  const kept = `$scrypt$ln=14,r=8,p=1$${btoa("SodiumChloride")}$${hash.toBase64()}`;
  const passwords = new ScryptPasswords(CHEAP);
  assertEquals(await passwords.verify("pleaseletmein", kept), "outdated");
});

Deno.test("the parameters in use are OWASP's", async () => {
  assertMatch(await new ScryptPasswords().hash("four words"), /^\$scrypt\$ln=15,r=8,p=3\$/);
});

Deno.test("letters count the same however a keyboard composes them", async () => {
  const passwords = new ScryptPasswords(CHEAP);
  assertEquals(await passwords.verify("cafe\u0301", await passwords.hash("caf\u00e9")), "right");
});

Deno.test("a flood is asked to come again, and what was let in is served", async () => {
  const passwords = new ScryptPasswords(CHEAP);
  const all = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash("words")));
  const refused = all.filter((each) => each.status === "rejected");
  assertEquals(all.length - refused.length, 22);
  assert(
    refused.every(({ reason }) => reason instanceof DomainError && reason.code === "unavailable"),
  );
  assertEquals(await passwords.verify("words", await passwords.hash("words")), "right");
});
