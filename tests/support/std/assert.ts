/**
 * `@std/assert` as npm offers it: the same code, published there without types, so that `assert.d.ts`
 * beside this file supplies them. Where JSR is at hand, `deno.json` can name it instead of this module.
 * @module
 */
// @ts-types="./assert.d.ts"
export * from "deno-std/assert/mod.js";
