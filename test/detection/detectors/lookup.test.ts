/** Lookup: examples of each rule, and of honest braces. */
import { lookup } from "../../../src/detection/detectors/lookup.ts";
import { exampleTests } from "../desk.ts";

exampleTests(lookup, {
  attacks: {
    "lookup-name": ["${jndi:ldap://x/y}", "x ${JNDI:rmi://x}", "${env:AWS_SECRET}", "${sys:user.name}", "${ jndi :x}"],
    "lookup-nested": ["${${lower:j}ndi:x}", "${${::-j}${::-n}di:x}", "${j${lower:n}di:x}", "${${env:X:-j}ndi${env:X:-:}x}", "${${a}:b}"],
    "lookup-protocol": ["${:1:-x$}{jndi:ldap://x/y}", "$&lbrace;jndi:rmi://x}", "{JNDI:dns://x}", "%{jndi:ldap/x}"],
  },
  harmless: ["${name}", "${user.name} has ${count} items", "costs ${price}", "${a:-b}", "${HOME}:${PATH}", "$5 {five}", "{jndi}", "{jndi: ldap}", "jndi:ldap is a name", "${date:yyyy}", "`${a}${b}`"],
});
