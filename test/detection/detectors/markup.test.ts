/** Markup: examples of each rule, and of honest pages and documents. */
import { markup } from "../../../src/detection/detectors/markup.ts";
import { exampleTests } from "../desk.ts";

exampleTests(markup, {
  attacks: {
    "markup-entity": ["<!doctype html><!doctype x system 'http://a.b/c'>", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///x'>]>", "<!doctype x SYSTEM \"http://x\">", "<!DOCTYPE a [ ]>"],
    "markup-inclusion": ["<x xmlns:xi='y'><xi:include href='z'/></x>", "xsi:schemaLocation='a b' <a>"],
    "markup-style": ["<?xml-stylesheet href='x'?>", "<xsl:value-of select='x'/>"],
    "markup-server": ["<!--#exec cmd='ls'-->", "<!--#include virtual='x'-->", "<esi:include src=x/>"],
    "markup-program": ["<%@ page import='x' %>", "<jsp:useBean id='x'/>", "<cfexecute name='x'>"],
  },
  harmless: ["<!DOCTYPE html>", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<!-- a comment -->", "a <- b", "<order><id>12345</id></order>", "<!--# of items-->"],
});
