/**
 * Rich text: HTML is cut down to an allow-list, by a parser that reads it as browsers do.
 *
 * A pattern over HTML is another reading than a browser's, and the difference is where scripts get through. So this is left to
 * sanitize-html, which is brought when a contract or a policy has such a text.
 */
import type sanitizeHtml from "sanitize-html";
import { bring } from "../../../../bring.ts";
import { fields, listOf, oneOf, or, type Shape, text } from "../../../../guard.ts";

/** What makes a text of several paragraphs, and nothing that runs, loads or lays out a page. */
const TAGS: readonly string[] = [
  "a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "dd", "del", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul",
];
const SCHEMES = ["https", "http", "mailto", "tel"] as const;

export interface RichOptions {
  readonly tags: readonly string[];
  readonly schemes: readonly string[];
}

export const richOptions: Shape<RichOptions> = fields(
  {
    tags: or(listOf("Elements that stay; of all others their text stays, and of scripts and styles nothing.", text("An element.", { max: 20, example: "strong" }), { max: 200 }), [...TAGS]),
    schemes: or(listOf("Schemes of links that stay.", oneOf("A scheme.", SCHEMES), { max: SCHEMES.length }), [...SCHEMES]),
  },
  "What stays of texts that are HTML (`contentMediaType: text/html`, or kind `rich`) in bodies of JSON, in URL-encoded forms, or as bodies by themselves.",
);

/** Answers what is left of a text. */
export type Cut = (html: string) => string;

export function cutterOf({ tags, schemes }: RichOptions): Cut {
  const sanitize = bring<typeof sanitizeHtml>("sanitize-html");
  const options: sanitizeHtml.IOptions = {
    allowedTags: [...tags],
    allowedAttributes: { a: ["href", "title", "rel"], abbr: ["title"], q: ["cite"], blockquote: ["cite"], td: ["colspan", "rowspan"], th: ["colspan", "rowspan", "scope"], ol: ["start"], del: ["datetime"], ins: ["datetime"] },
    allowedSchemes: [...schemes],
    allowedSchemesAppliedToAttributes: ["href", "cite"],
    allowProtocolRelative: false,
    disallowedTagsMode: "discard",
    enforceHtmlBoundary: false,
    nestingLimit: 32,
  };
  return (html) => sanitize(html, options);
}
