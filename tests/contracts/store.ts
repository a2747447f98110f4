/** Every contract that a store must keep. */
import { accessRepoContract } from "./access_repo.ts";
import { isolationContract } from "./isolation.ts";
import type { Contract } from "./suite.ts";
import { unitOfWorkContract } from "./unit_of_work.ts";

/** To be run on each store. */
export const STORE_CONTRACTS: Contract[] = [
  unitOfWorkContract,
  isolationContract,
  accessRepoContract,
];
