/**
 * Writes the TypeScript types of each API from its OpenAPI document, or with `--check` compares them.
 *
 * The documents come from `python -m MODULE --openapi`, run in the folder above apps/; PYTHON names the interpreter.
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import openapiTS, { astToString } from "openapi-typescript";

const run = promisify(execFile);
const FRONTEND = dirname(dirname(fileURLToPath(import.meta.url)));
const ROOT = dirname(dirname(FRONTEND));
const PRODUCTS = join(FRONTEND, "src", "products");
const COMMAND = "npm run openapi (in apps/frontend)";

/** The APIs: the platform's, and that of each product which keeps generated types. */
function targets() {
  const products = readdirSync(PRODUCTS)
    .map((name) => ({ module: `apps.${name}.api`, file: join(PRODUCTS, name, "api", "openapi.d.ts") }))
    .filter(({ file }) => existsSync(file));
  return [
    { module: "apps.platform_api", file: join(FRONTEND, "src", "features", "pipeline", "openapi.d.ts") },
    ...products,
  ];
}

async function typesOf(module) {
  const python = process.env.PYTHON ?? "python";
  const { stdout } = await run(python, ["-m", module, "--openapi"], { cwd: ROOT, maxBuffer: 64 * 2 ** 20 });
  const types = astToString(await openapiTS(JSON.parse(stdout), { alphabetize: true }));
  return `// Generated from the OpenAPI document of ${module} by: ${COMMAND}. Do not edit.\n\n${types}`;
}

const check = process.argv.includes("--check");
let stale = false;
for (const { module, file } of targets()) {
  const types = await typesOf(module);
  const name = relative(ROOT, file);
  if (!check) {
    writeFileSync(file, types);
    console.log(`wrote ${name}`);
  } else if (!existsSync(file) || readFileSync(file, "utf-8") !== types) {
    console.error(`${name} is not what ${module} describes; run: ${COMMAND}`);
    stale = true;
  }
}
process.exitCode = stale ? 1 : 0;
