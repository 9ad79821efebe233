/** NoSQL: examples of each rule, and of honest dollars. */
import { nosql } from "../../../src/detection/detectors/nosql.ts";
import { exampleTests } from "../desk.ts";

exampleTests(nosql, {
  attacks: { "nosql-operator": ["{\"$gt\": \"\"}", "{$ne: 1}", "x[$ne]", "', $or: [ {}, {'a':'b", "$where: '1'", "true, $where: '9 == 8'"], "nosql-script": ["db.cards.find({})", "db.dropDatabase()", "' && this.pin.match(/.*/)//", "';var d=new Date();do{c=new Date();}while(c-d<9999)", "x' || this.a == this.b"] },
  harmless: ["$5 or $in", "costs $gt", "price: $size", "the db. Find it", "this.that", "new Date (today)", "$ref", "set $size to 5", "db.example.com"],
});
