/** The store in memory keeps every contract of the store's ports. */
import { memoryStore } from "../../adapters/memory/store.ts";
import { STORE_CONTRACTS } from "../contracts/store.ts";

const make = () => Promise.resolve({ ...memoryStore(), close: () => Promise.resolve() });

for (const contract of STORE_CONTRACTS) contract("memory", make);
