/** XPath: examples of each rule, and of honest paths and questions. */
import { xpath } from "../../../src/detection/detectors/xpath.ts";
import { exampleTests } from "../desk.ts";

exampleTests(xpath, {
  attacks: { "xpath-axis": ["x/ancestor::*", "following-sibling::node()", "child::text()"], "xpath-path": ["x'] | //user/*", "a|//*"], "xpath-question": ["count(/*)", "name(//x)", "string-length(//a[1])"] },
  harmless: ["parent::class", "std::string", "a | b // c", "count (/day)", "text (see) / other", "x :: y", "https://a//b", "namespace::name"],
});
