/** Examples: the small APIs that stand here, by name. */
import { bank } from "./bank/example.ts";
import type { Example } from "./example.ts";

export const EXAMPLES: ReadonlyMap<string, Example> = new Map([bank].map((example) => [example.name, example]));
