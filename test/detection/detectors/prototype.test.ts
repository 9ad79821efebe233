/** Prototype: examples of the rule, and of honest words. */
import { prototype } from "../../../src/detection/detectors/prototype.ts";
import { exampleTests } from "../desk.ts";

exampleTests(prototype, {
  attacks: { "prototype-member": ["constructor a.constructor.prototype.x", "a__proto__b [__proto__]=1", "__proto__", "a[__proto__][x]=1", "x.__proto__.y", "{\"__proto__\":{}}", "constructor.prototype.x", "a[constructor][prototype]=1", "constructor['prototype']"] },
  harmless: ["the constructor of the hall", "a prototype", "constructor. Prototype two", "proto_type", "f1 constructors: prototypes"],
});
