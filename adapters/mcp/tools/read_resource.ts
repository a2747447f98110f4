import { z } from "zod";
import { defineTool, READS } from "../define_tool.ts";
import { text } from "../fields.ts";
import { readResource as read, RESOURCES } from "../resources.ts";

/** `read-resource` */
export const readResource = defineTool({
  name: "read-resource",
  title: "Read a resource",
  description: "Read one of the studio's resources, for clients that cannot: " +
    `${RESOURCES.map(({ uri }) => uri).join(", ")}. Use it for figures, costs and histories. ` +
    "Next: answer from it.",
  hints: READS,
  permission: null,
  toolset: "discovery",
  input: z.object({ uri: text("URI of the resource, {uuid} filled in") }),
  output: z.object({ uri: z.string(), data: z.custom<object>().meta({ type: "object" }) }),
  async call({ app, principal }, { uri }) {
    return { uri, data: await read(app, principal, uri) };
  },
});
