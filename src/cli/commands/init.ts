/** Init: writes a first policy for a contract, and says what it could not decide. */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Json } from "../../contract/json-value.ts";
import type { Misfit } from "../../contract/misfit.ts";
import { openLibrary } from "../../contract/open-library.ts";
import { readContract } from "../../contract/read.ts";
import { measureCoverage } from "../../doors/coverage.ts";
import { GUARDS } from "../../doors/guards.ts";
import { type Command, defineCommand } from "../command.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { fetchContract } from "../init/fetch-contract.ts";
import { inferIssuer } from "../init/infer-issuer.ts";
import { proposePolicy } from "../init/propose-policy.ts";
import { openHouse, type Understood } from "../open-house.ts";
import { dataOfMisfits, tellMisfits, writePlace } from "../tell-misfits.ts";
import { plain, type Terminal, writeJson } from "../terminal.ts";

export const init: Command = defineCommand({
  name: "init",
  summary: "Write a first policy for an OpenAPI document.",
  description: [
    "Reads an OpenAPI document and writes a policy with safe choices. What loosens anything is never chosen: it stands in the policy as a comment, and is listed here. What remains to be decided is printed; a policy without open questions passes sallyport check.",
    "An address is fetched once, over https (or http from this machine), without redirects, up to 16 MiB and within 15 seconds, and the document is kept beside the policy: from then on the file counts. Nothing is written over without --force.",
  ],
  positionals: [{ name: "contract", about: "The OpenAPI document: a file, or an https address.", required: true, completes: "files" }],
  options: {
    upstream: { type: "text", value: "URL", required: true, about: "Where the API is, such as http://127.0.0.1:8080." },
    output: { type: "text", short: "o", value: "FILE", fallback: "sallyport.yaml", about: "The policy to write." },
    issuer: { type: "text", value: "URL", about: "Who issues the tokens, where the contract does not say it." },
    audience: { type: "text", value: "NAME", about: "The name of this API in its tokens (the claim aud)." },
    force: { type: "flag", about: "Write over files that are there already." },
  },
  examples: [
    { line: "sallyport init openapi.yaml --upstream http://127.0.0.1:8080", about: "A policy for an API on this machine." },
    { line: "sallyport init https://api.example/openapi.json --upstream https://api.internal --audience orders", about: "A contract from elsewhere." },
  ],
  exits: { 0: "the policy was written; open questions are printed", 1: "the contract cannot be read or fetched, or a file is there already" },
  json: {
    ok: "Whether sallyport check would find no error.",
    policy: "The policy file.",
    contract: "The OpenAPI document, as a file.",
    decisions: "What is left to decide, a sentence each.",
    misfits: "What sallyport check would list.",
    score: "The score, or null when an error stands in the way.",
  },

  async run({ positionals: [source = ""], options, json }, terminal) {
    const wrong = wrongWithUpstream(options.upstream);
    if (wrong !== undefined) return fail(`--upstream ${wrong}`, EXIT.usage, json, terminal);
    const output = path.resolve(terminal.folder, options.output);
    if (existsSync(output) && !options.force) return fail(`${options.output} is there already: --force writes over it, --output names another`, EXIT.refused, json, terminal);
    const contract = await obtain(source, path.dirname(output), options.force, terminal.folder);
    if ("wrong" in contract) return fail(contract.wrong, EXIT.refused, json, terminal);
    const read = readContract(contract.file);
    const errors = read.misfits.filter(({ level }) => level === "error");
    if (errors.length > 0) return refuseContract(errors, json, terminal);
    const inferred = inferIssuer(readSchemes(contract.file));
    const { text, decisions } = proposePolicy({
      contract: relative(path.dirname(output), contract.file),
      upstream: options.upstream,
      operations: read.operations,
      inferred: options.issuer === undefined ? inferred : { ...inferred, issuer: options.issuer },
      audience: options.audience,
    });
    mkdirSync(path.dirname(output), { recursive: true });
    writeFileSync(output, text, { flag: options.force ? "w" : "wx" });
    report({ output, contract: contract.file, decisions, understood: openHouse(output) }, json, terminal);
    return EXIT.fine;
  },
});

function wrongWithUpstream(upstream: string): string | undefined {
  const url = URL.canParse(upstream) ? new URL(upstream) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:")) return `is no http or https address: ${upstream}`;
  return url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "" ? "takes no credentials, query or fragment" : undefined;
}

function fail(wrong: string, code: ExitCode, json: boolean, { out, error }: Terminal): ExitCode {
  if (json) out.write(writeJson({ error: wrong }));
  error.write(`sallyport: ${plain(wrong)}`);
  return code;
}

function refuseContract(errors: readonly Misfit[], json: boolean, { out, error, folder }: Terminal): ExitCode {
  if (json) out.write(writeJson({ error: "the contract does not fit", misfits: dataOfMisfits(errors) }));
  tellMisfits(errors, error, folder);
  error.write("sallyport: the contract cannot be used as it is, so no policy was written");
  return EXIT.refused;
}

/** A file on this machine: the one that was named, or what an address answered, kept beside the policy. */
async function obtain(source: string, beside: string, force: boolean, folder: string): Promise<{ readonly file: string } | { readonly wrong: string }> {
  if (!/^https?:\/\//i.test(source)) {
    const file = path.resolve(folder, source);
    return existsSync(file) ? { file } : { wrong: `there is no file ${source}` };
  }
  if (!URL.canParse(source)) return { wrong: `${source} is no address` };
  const fetched = await fetchContract(source);
  if ("wrong" in fetched) return fetched;
  const file = path.join(beside, fetched.name);
  if (existsSync(file) && !force) return { wrong: `${path.relative(folder, file)} is there already: --force writes over it, or name that file instead of the address` };
  mkdirSync(beside, { recursive: true });
  writeFileSync(file, fetched.bytes, { flag: force ? "w" : "wx" });
  return { file };
}

function readSchemes(file: string): Json | undefined {
  const library = openLibrary(file);
  return "wrong" in library ? undefined : library.at({ file: library.root, pointer: "/components/securitySchemes" });
}

function relative(from: string, file: string): string {
  const near = path.relative(from, file).replaceAll(path.sep, "/");
  return near.startsWith("../") ? near : `./${near}`;
}

interface Written {
  readonly output: string;
  readonly contract: string;
  readonly decisions: readonly string[];
  readonly understood: Understood;
}

function report({ output, contract, decisions, understood }: Written, json: boolean, { out, folder }: Terminal): void {
  const { house, misfits } = understood;
  const score = house === undefined ? undefined : measureCoverage(house, GUARDS).score;
  if (json) return out.write(writeJson({ ok: house !== undefined, policy: output, contract, decisions, misfits: dataOfMisfits(misfits), score: score ?? null }));
  out.write(`${out.style("good", "wrote")} ${plain(writePlace({ file: output, pointer: "" }, folder))}`);
  if (decisions.length > 0) out.write(`\nLeft to decide (each stands in the policy as a comment):`);
  for (const decision of decisions) out.write(`  - ${plain(decision)}`);
  // An open question shows as an error, too: it has been said already. Errors of the contract alone came before.
  const rest = misfits.filter(({ level }) => decisions.length === 0 || level !== "error");
  if (rest.length > 0) out.write("\nWhat the contract has in it that cannot be held:");
  tellMisfits(rest, out, folder);
  const next = house === undefined ? "decide, then see what is held:" : `score ${score ?? 0} of 100; see what is held and what is not:`;
  out.write(`\nNext: ${next} sallyport check ${plain(path.relative(folder, output))}`);
}
