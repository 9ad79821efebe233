/** LDAP: examples of each rule, and of honest brackets. */
import { ldap } from "../../../src/detection/detectors/ldap.ts";
import { exampleTests } from "../desk.ts";

exampleTests(ldap, {
  attacks: { "ldap-filter": ["*)(uid=*", "x)(|(a=*)", "(&(uid=a)(pin=*))", "(|(cn=*))", "*))(|(x=*)", "admin)(!(&(a=b", "*)(&"], "ldap-match": ["userPassword:2.5.13.18:=1"] },
  harmless: ["(a)(b)", "f(x)(y)", "smile :) (really)", "(1) one (2) two", "a * (b + c)", "(&c.)", "x = (a) (b=c)", "!(a && b)", "version:2.5.1", "I would like to request the bin with app_id: (]"],
});
