/** Template: examples of each rule, and of honest placeholders. */
import { template } from "../../../src/detection/detectors/template.ts";
import { exampleTests } from "../desk.ts";

exampleTests(template, {
  attacks: {
    "template-expression": ["{{7*7}}", "${9*9}", "#{3*3}", "{{''.__class__}}", "{{x.constructor('y')()}}", "*{T(java.lang.Runtime)}", "<%= 7*7 %>", "{{ system('id') }}", "${T(x).y}", "[[${7*7}]]", "{system('id')}", "{{x|map('system')}}", "@{9+1}"],
    "template-directive": ["{% import os %}", "{%- set x = 1 %}", "<#assign x=1>", "#set($x=1)", "{php}x{/php}", "{$smarty.version}"],
  },
  harmless: ["Hello {{name}}", "Dear {{ user.firstName }},", "${HOME}/bin", "${{ secrets.TOKEN }}", "{a: 1, b: 2}", "#{name}", "{{#each items}}{{this}}{{/each}}", "set {1, 2, 3}", "50% of {x}", "#include <stdio.h>", "{0} of {1}", "/users/{id}/posts{?page}", "[[Link]]", "${name:-nobody} is here", "<% of total"],
});
