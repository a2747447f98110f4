/**
 * How many requests one process works on. Whoever comes on top is sent away at once, which costs
 * next to nothing, instead of making everybody wait.
 *
 * @module
 */
import { HttpProblem } from "./problem.ts";

/** Places for requests; null for any number. */
export class InFlight {
  #taken = 0;

  constructor(private readonly places: number | null) {}

  /**
   * Takes a place, and returns how to leave it; leaving twice does no harm.
   *
   * @throws HttpProblem 503 when there is none.
   */
  enter(): () => void {
    if (this.places !== null && this.#taken >= this.places) {
      throw new HttpProblem(503, "Overloaded: try again in a second.", { "Retry-After": "1" });
    }
    this.#taken++;
    let left = false;
    return () => {
      if (!left) this.#taken--;
      left = true;
    };
  }
}
