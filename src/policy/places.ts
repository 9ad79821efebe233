/** Places: shapes for where something may go: hosts by name, addresses by range. */
import { type Ranges, readRanges } from "../exchange/address.ts";
import { type HostList, readHostList } from "../outgoing/destination.ts";
import { checked, listOf, type Shape, text } from "./shape.ts";

export function hostList(about: string): Shape<HostList> {
  const name = text("A name, `*.name` for all names below it, an address, or `*` for every name.", { max: 260, example: "api.partner.example" });
  return checked(listOf(about, name, { min: 1, max: 10_000 }), (list) => {
    const read = readHostList(list);
    return "wrong" in read ? read : { value: read };
  });
}

export function rangeList(about: string): Shape<Ranges> {
  const range = text("An address or a range such as 10.20.0.0/16.", { max: 60 });
  return checked(listOf(about, range, { min: 1, max: 1_000 }), (list) => {
    const read = readRanges(list);
    return "wrong" in read ? read : { value: read };
  });
}
