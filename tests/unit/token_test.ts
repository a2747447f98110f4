import { assert, assertEquals, assertFalse, assertMatch } from "@std/assert";
import { hashToken, isWellFormedToken, mintToken } from "../../src/access/token.ts";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

Deno.test("a token has its prefix, 43 random characters and a checksum of six", () => {
  for (let i = 0; i < 100; i++) {
    const token = mintToken();
    assertMatch(token, /^ccs_[0-9A-Za-z]{49}$/);
    assert(isWellFormedToken(token));
  }
});

Deno.test("no two tokens are alike, nor do they share their beginnings", () => {
  const tokens = Array.from({ length: 1_000 }, mintToken);
  assertEquals(new Set(tokens.map((token) => token.slice(0, 16))).size, 1_000);
});

Deno.test("random bits reach every place of a token", () => {
  const tokens = Array.from({ length: 400 }, mintToken);
  // The first place holds the few bits that 42 characters have no room for.
  for (let place = "ccs_".length + 1; place < 4 + 43; place++) {
    assert(new Set(tokens.map((token) => token[place])).size > 40, `place ${place}`);
  }
});

Deno.test("every single character that is typed wrong is noticed", () => {
  const token = mintToken();
  for (let place = 0; place < token.length; place++) {
    for (const character of `${ALPHABET}_- é`) {
      if (character === token[place]) continue;
      const typo = token.slice(0, place) + character + token.slice(place + 1);
      assertFalse(isWellFormedToken(typo), typo);
    }
  }
});

Deno.test("neighbours that changed places are noticed", () => {
  const token = mintToken();
  for (let place = 0; place + 1 < token.length; place++) {
    const [a, b] = token.slice(place, place + 2);
    if (a === b) continue;
    const typo = token.slice(0, place) + b + a + token.slice(place + 2);
    assertFalse(isWellFormedToken(typo), typo);
  }
});

Deno.test("a character too few, too many or around a token is noticed", () => {
  const token = mintToken();
  for (let place = 0; place < token.length; place++) {
    assertFalse(isWellFormedToken(token.slice(0, place) + token.slice(place + 1)));
    assertFalse(isWellFormedToken(token.slice(0, place) + "0" + token.slice(place)));
  }
  for (const text of ["", " ", `${token}\n`, ` ${token}`, `${token} `, token.toLowerCase()]) {
    assertFalse(isWellFormedToken(text));
  }
});

Deno.test("the checksum is the CRC-32 of zip and PNG, in base62", () => {
  assert(isWellFormedToken(`ccs_${"0".repeat(43)}${crcOfZeros()}`));
});

Deno.test("a hash is the SHA-256 in hexadecimal", async () => {
  assertEquals(
    await hashToken("abc"),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
});

/** Reckoned bit by bit as a division of polynomials, unlike the code under test. */
function crcOfZeros(): string {
  const bits = [...new TextEncoder().encode(`ccs_${"0".repeat(43)}`)]
    .flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (byte >> bit) & 1));
  for (let i = 0; i < 32; i++) bits[i] ^= 1;
  bits.push(...Array(32).fill(0));
  const polynomial = 0x104c11db7n.toString(2);
  for (let i = 0; i + 32 < bits.length; i++) {
    if (bits[i]) { for (let j = 0; j <= 32; j++) bits[i + j] ^= Number(polynomial[j]); }
  }
  const rest = bits.slice(-32).map((bit) => bit ^ 1).reverse().join("");
  let number = BigInt(`0b${rest}`);
  let text = "";
  for (; text.length < 6; number /= 62n) text = ALPHABET[Number(number % 62n)] + text;
  return text;
}
