/**
 * Lint rules that keep dependencies pointing inwards: `src/` is the inside and imports nothing from outside
 * of itself; an adapter that the world calls never imports one that calls the world; `adapters/compose.ts`
 * alone sees both. Tests may import anything. Type imports count: they are dependencies too.
 * @module
 */

/** The composition root, and the entry points (with what they share) that alone may import it. */
const root = "adapters/compose.ts";
const entries = new Set(
  ["main.ts", "dev.ts", "server.ts", "cli/main.ts"].map((file) => `adapters/${file}`),
);
/** Folders of adapters that the world calls, and what is of neither side; all else there is outbound. */
const inbound = new Set(["http", "mcp", "console", "cli"]);
const neutral = new Set([
  "main.ts",
  "deploy.ts",
  "dev.ts",
  "server.ts",
  "compose.ts",
  "config.ts",
  "contacts_file",
  "database.ts",
  "log.ts",
  "telemetry",
]);

type Zone = "inside" | "inbound" | "outbound" | "other";

function zoneOf(path: string): Zone {
  const [top, name] = path.split("/");
  if (top === "src") return "inside";
  if (top !== "adapters" || neutral.has(name)) return "other";
  return inbound.has(name) ? "inbound" : "outbound";
}

const project = new URL("../", import.meta.url).pathname;

/** The file's path from the project's top level, or null for a file outside of it. */
function pathOf(filename: string): string | null {
  return filename.startsWith(project) ? filename.slice(project.length) : null;
}

/** What a specifier names, from the project's top level; null when it is a package or lies elsewhere. */
function target(from: string, specifier: string): string | null {
  if (!/^\.{0,2}\//.test(specifier)) return null;
  return pathOf(new URL(specifier, `file://${project}${from}`).pathname);
}

/** Visits each import and re-export of a file, type imports and `import()` with a literal included. */
function onImport(see: (specifier: string, node: Deno.lint.Node) => void): Deno.lint.LintVisitor {
  const visit = (node: Deno.lint.Node, source: Deno.lint.Node | null) => {
    if (source?.type === "Literal" && typeof source.value === "string") see(source.value, node);
  };
  return {
    ImportDeclaration: (node) => visit(node, node.source),
    ExportNamedDeclaration: (node) => visit(node, node.source),
    ExportAllDeclaration: (node) => visit(node, node.source),
    ImportExpression: (node) => visit(node, node.source),
    TSImportType: (node) => {
      if (node.argument.type === "TSLiteralType") visit(node, node.argument.literal);
    },
  };
}

const plugin: Deno.lint.Plugin = {
  name: "boundaries",
  rules: {
    "pure-inside": {
      create(context) {
        const file = pathOf(context.filename);
        if (file === null || zoneOf(file) !== "inside") return {};
        return {
          ...onImport((specifier, node) => {
            const path = target(file, specifier);
            if (path !== null && zoneOf(path) === "inside") return;
            context.report({
              node,
              message: `src/ imports only from src/, not "${specifier}"`,
              hint: "Declare a port in src/ and implement it in adapters/.",
            });
          }),
          Identifier(node) {
            if (node.name !== "Deno") return;
            context.report({
              node,
              message: "src/ does not use Deno: it does no I/O",
              hint: "Take what it needs through a port.",
            });
          },
        };
      },
    },
    "one-way": {
      create(context) {
        const file = pathOf(context.filename);
        if (file === null || !file.startsWith("adapters/") || file === root) return {};
        const sides = new Set<Zone>([zoneOf(file)]);
        return onImport((specifier, node) => {
          const path = target(file, specifier);
          if (path === null) return;
          if (path === root && !entries.has(file)) {
            context.report({ node, message: `Only entry points import ${root}` });
          }
          const zone = zoneOf(path);
          sides.add(zone);
          const otherSide = { inbound: "outbound", outbound: "inbound" } as const;
          if ((zone === "inbound" || zone === "outbound") && sides.has(otherSide[zone])) {
            context.report({
              node,
              message: `Only ${root} sees inbound and outbound adapters at once, not ${file}`,
              hint: `Pass what "${specifier}" offers through a port of src/, wired in ${root}.`,
            });
          }
        });
      },
    },
  },
};

export default plugin;
