/** Examples: the small APIs that stand here, by name. */
import { bank } from "./bank/example.ts";
import type { Example } from "./example.ts";
import { shop } from "./shop/example.ts";
import { social } from "./social/example.ts";

export const EXAMPLES: ReadonlyMap<string, Example> = new Map<string, Example>([bank, shop, social].map((example) => [example.name, example]));
