/** The store in memory keeps every contract of the store's ports. */
import { memoryStore } from "../../adapters/memory/store.ts";
import { isolationContract } from "../contracts/isolation.ts";

const make = () => Promise.resolve({ ...memoryStore(), close: () => Promise.resolve() });

isolationContract("memory", make);
