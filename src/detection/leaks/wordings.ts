/**
 * Wordings: in which words databases, frameworks and servers tell of their faults, and what their own files look like.
 *
 * Each is a wording that an answer has no other reason to hold. Those that might stand in a text about programs want more around
 * them: a number, a line, a colon.
 */
import type { LeakRule } from "./leak.ts";

/** What must stand around a wording; answers where it ends, or -1. */
export type Around = (text: string, from: number, to: number) => number;

export interface Wording {
  readonly rule: LeakRule;
  readonly phrase: string;
  readonly around?: Around;
}

const digits: Around = (text, _from, to) => (/^\d{3,6}/.test(text.slice(to, to + 6)) ? to + 5 : -1);
const near =
  (pattern: RegExp, characters = 160): Around =>
  (text, _from, to) =>
    pattern.test(text.slice(to, to + characters)) ? to : -1;
const before =
  (pattern: RegExp, characters = 24): Around =>
  (text, from, to) =>
    pattern.test(text.slice(Math.max(0, from - characters), from)) ? to : -1;
/** A name of a class that goes on up to Exception or Error: `org.hibernate.exception.ConstraintViolationException`. */
const exception: Around = (text, _from, to) => (/^[\w.$]{0,120}(?:Exception|Error)\b/.test(text.slice(to, to + 140)) ? to : -1);
/** A class of System.Web: `HttpSessionStateWrapper`. Addresses begin in small letters. */
const webClass: Around = (text, from, to) => (text.charCodeAt(from) === 0x48 && /^[A-Z]\w{2,48}(?:Wrapper|Exception|Collection|Section|Utility)\b/.test(text.slice(to, to + 64)) ? to : -1);
/** The name of a class of errors where a line, a text or a sentence begins: `NoMethodError: `. */
const named: Around = (text, from, to) => {
  let at = from;
  while (at > from - NAME_CHARACTERS_MAX && /\w/.test(text.charAt(at - 1))) at--;
  const isClass = from - at >= 3 && /^[A-Z][a-z]/.test(text.slice(at, at + 2)) && /^(?:Error|Exception): \S/.test(text.slice(from, to + 1));
  return isClass && /^(?:|["'\s([>:.])$/.test(text.charAt(at - 1)) ? to : -1;
};
const NAME_CHARACTERS_MAX = 60;
/** What PHP says, and where: ` in /var/x.php on line 5`. */
const phpFault: Around = (text, _from, to) => {
  const behind = text.slice(to, to + 400).toLowerCase();
  const isPlaced = behind.includes(" on line ") && / in (?:<b>)?(?:[a-z]:|\/)/.test(behind);
  return isPlaced || PHP_FAULTS.some((fault) => behind.includes(fault)) ? to : -1;
};
const PHP_FAULTS: readonly string[] = ["uncaught ", "call to undefined", "undefined variable", "undefined index", "undefined offset", "undefined array key", "supplied argument", "(): ", "syntax error, unexpected"];
/** A path that goes on, and begins where a path would. */
const serverPath: Around = (text, from, to) => {
  const begins = from === 0 || /["'\s(=:>]/.test(text.charAt(from - 1)) || text.startsWith("file://", from - 7);
  return begins && /^[\w.@/-]{3}/.test(text.slice(to, to + 3)) && text.slice(to, to + 80).includes("/") ? to : -1;
};
const call = near(/^\w{0,32}\(\)|^(?:::|->)\w{1,32}\(/, 48);

function all(rule: LeakRule, phrases: readonly string[], around?: Around): readonly Wording[] {
  return phrases.map((phrase) => ({ rule, phrase, ...(around === undefined ? {} : { around }) }));
}

export const WORDINGS: readonly Wording[] = [
  // Databases, one line each: Oracle, MySQL, PostgreSQL, SQL Server, SQLite, DB2, Access, Informix, Ingres, Sybase, Firebird and others.
  ...all("database-error", ["ORA-", "PLS-", "TNS-"], digits),
  ...all("database-error", ["quoted string not properly terminated", "sql command not properly ended", "Oracle error", "Oracle ODBC", "oracle.jdbc.driver"]),
  ...all("database-error", ["You have an error in your SQL syntax", "check the manual that corresponds to your", "the used select statements have different number of columns", "Unknown column '", "com.mysql.jdbc", "com.mysql.cj.jdbc", "MySqlException", "MySqlClient.", "valid MySQL result", "supplied argument is not a valid MySQL", "supplied argument is not a valid PostgreSQL", "Column count doesn't match value count at row", "Illegal mix of collations", "Duplicate entry '"]),
  ...all("database-error", ["mysql_", "mysqli_", "mssql_", "pg_", "sqlite_", "odbc_", "oci_", "ibase_", "ifx_", "maxdb", "sybase_", "fbsql_", "db2_"], (text, from, to) => (call(text, from, to) !== -1 && /(?:warning|notice|error|uncaught)[^\n]{0,12}$/i.test(text.slice(Math.max(0, from - 40), from)) ? to : -1)),
  ...all("database-error", ["invalid input syntax for", "unterminated quoted string at or near", "syntax error at or near", "PSQLException", "org.postgresql.", "PG::", "valid PostgreSQL result", "Npgsql.", "violates foreign key constraint", "violates unique constraint", "violates not-null constraint"]),
  ...all("database-error", ["Unclosed quotation mark", "Incorrect syntax near", "Conversion failed when converting", "SQL Server Driver", "Microsoft SQL Native Client", "Microsoft OLE DB Provider", "System.Data.SqlClient", "System.Data.OleDb", "System.Data.Odbc", "SqlException (0x", "Procedure or function '", "ADODB.Field error", "ODBC SQL Server Driver", "Driver.*SQL[-_ ]*Server"]),
  ...all("database-error", ["SQLITE_ERROR", "SQLite3::", "sqlite3.OperationalError", "sqlite3.IntegrityError", "SQLite/JDBCDriver", "System.Data.SQLite", "SQLite.Exception", "near \\\"", "unrecognized token:"], near(/syntax error|:|Exception|Error|[\w.]/, 60)),
  ...all("database-error", ["CLI Driver][DB2", "DB2 SQL error", "com.ibm.db2.jcc", "SQLCODE=", "SQLCODE:", "Zend_Db_Statement"]),
  ...all("database-error", ["JET Database Engine", "Access Database Engine", "Microsoft Access Driver", "ODBC Microsoft Access", "[Microsoft][ODBC", "Syntax error (missing operator) in query expression"]),
  ...all("database-error", ["ODBC Informix driver", "com.informix.jdbc", "[Informix]", "Exception.*Informix", "[Actian]", "Ingres SQLSTATE", "Ingres ODBC Driver", "[Ingres]", "Sybase message", "SybSQLException", "com.sybase.jdbc", "Sybase.*Server message", "Dynamic SQL Error", "org.firebirdsql.jdbc", "org.hsqldb", "org.h2.jdbc", "org.apache.derby", "SAP DBTech", "[SAP][ODBC", "SQL error.*POS([0-9]+)", "DM_QUERY_E_SYNTAX", "has occurred in the vicinity of", "FrontBase", "com.frontbase.jdbc", "Virtuoso S0002 Error", "Unexpected end of command in statement", "com.vertica.jdbc", "io.crate.client", "com.facebook.presto.jdbc", "Altibase.", "MonetDBd", "com.mckoi", "Semantic error at line", "encountered after end of query"]),
  ...all("database-error", ["java.sql.SQL", "java.sql.Batch", "SQLSTATE[", "SQLSTATE=", "SQL error:", "PDOException", "Doctrine\\\\DBAL", "QueryException", "SequelizeDatabaseError", "MongoServerError", "MongoError:", "E11000 duplicate key", "redis.exceptions.", "WRONGTYPE Operation", "CouchbaseException", "CassandraException", "ElasticsearchException", "SQL syntax.*MySQL"]),
  // Frameworks: Java, .NET, PHP, Python, Ruby, Node, Go.
  ...all("program-error", ["javax.servlet.", "jakarta.servlet.", "org.springframework.", "org.hibernate.", "org.apache.jasper", "org.apache.catalina", "org.apache.struts", "org.apache.tomcat", "org.eclipse.", "com.sun.faces", "java.lang.", "java.io.", "java.util.", "java.net.", "javax.naming", "javax.el.", "org.jboss", "org.glassfish", "freemarker.core", "org.thymeleaf", "com.fasterxml.jackson", "scala.", "kotlin.", "groovy.lang", "django.", "rest_framework.", "sqlalchemy.", "werkzeug."], exception),
  ...all("program-error", ["Error: ", "Exception: "], named),
  ...all("program-error", ["Http"], webClass),
  ...all("program-error", ["Internet Information Services", "Detailed Error Information", "IIS Detailed Error", "IIS Web Core", "<h2>HTTP Error ", "HTTP Error 4", "HTTP Error 5", "<title>Runtime Error</title>", "<title>IIS ", "customErrors mode=", "Unhandled exception"], near(/[\w.:<\s-]/, 8)),
  ...all("program-error", ["ViewStateException", "HttpRequestValidationException", "HttpCompileException", "HttpParseException", "HttpUnhandledException", "System.Web.", "System.NullReferenceException", "System.InvalidOperationException", "System.IO.", "HttpSessionStateWrapper", "HttpStaticObjectsCollectionWrapper", "HttpApplicationState", "HttpRuntimeSection", "HttpExtensionBase", "Server Error in '", "Microsoft VBScript runtime", "Microsoft VBScript compilation", "ASP.NET is configured to show verbose error messages", "Active Server Pages error", "ADODB.Command", "ADODB.Connection", "Application uses a value of the wrong type for the current operation", "A trappable error occurred in an external object", "description: An unhandled exception", "Version Information: Microsoft .NET", "internal server error</h2>.*part of the server has crashed"], undefined),
  ...all("program-error", ["Fatal error", "Parse error", "Warning: ", "Notice: ", "Deprecated: ", "Strict Standards"], phpFault),
  ...all("program-error", ["Traceback (most recent call last)", "werkzeug.exceptions", "jinja2.exceptions", "sqlalchemy.exc", "You're seeing this error because you have <code>DEBUG", "flask.debughelpers"], near(/[\w.]/, 8)),
  ...all("program-error", ["ActionView::", "ActiveRecord::", "ActionController::", "ActiveModel::", "Rack::", "NoMethodError", "undefined method '", "undefined method `", "undefined local variable or method", "no implicit conversion of", "wrong number of arguments (given", "for nil:NilClass", "uninitialized constant ", "Puma caught this error", "Gem::", "superclass mismatch for", "FrozenError", "comparison of "], near(/^(?:Template|RecordNot|StatementInvalid|RoutingError|[\w:]{0,40}(?:Error|Invalid|NotFound)|[:(# '`\w])/, 48)),
  ...all("program-error", ["UnhandledPromiseRejection", "node:internal/", "at Module._compile", "ERR_HTTP_", "panic: runtime error", "goroutine 1 [running]", "thread 'main' panicked", "invalid memory address or nil pointer", "core dumped", "Segmentation fault"], near(/^(?:[\w.(:/]|$)/, 4)),
  ...all("trace", ["Exception in thread", "stack backtrace:", "Stack trace:", "(most recent call last)", "Caused by: "], near(/[\w."\\]/, 4)),
  // Sources of pages.
  ...all("source", ["<?php"], near(/^(?:\s|\\[nrt])/, 2)),
  ...all("source", ["<?="], near(/^ ?["'$(\\A-Za-z]/, 2)),
  ...all("source", ["<%@", "<%!", "<%--", "<%="], near(/^[^%]{1,400}%>|^ ?(?:page|taglib|include|import)\b/i, 420)),
  ...all("source", ["<% "], near(/^(?:end|if|else|for|dim|response\.|request\.|@|[\w.]+ do\b)[^%]{0,200}%>/i, 220)),
  ...all("source", ["<cfquery", "<cfset ", "#!/usr/bin/", "#!/bin/"], near(/^[\w= ]/, 2)),
  // Files of servers.
  ...all("server-path", ["inetpub"], before(/[\\/]$/)),
  ...all("server-path", ["/var/www/", "/usr/share/nginx/", "/usr/local/lib/python", "/usr/lib/python", "/opt/app/", "/usr/src/app/", "/node_modules/", "/var/lib/", "/etc/passwd", "/etc/shadow", "/home/"], serverPath),
  ...all("server-path", ["root:x:0:0:", "[boot loader]", "; for 16-bit app support", "<title>Index of /", "<h1>Index of /", "Directory Listing For", "[To Parent Directory]"]),
  // Programs with which others rule a server that is no longer its owner's.
  ...all("web-shell", ["r57 shell", "r57shell", "c99shell", "c99 shell", "<title>WSO ", "- WSO ", " - Wso ", "b374k", "ASPYDrvsInfo", "ASPYDrv shell", "CasuS 1", "CehennemDen", "Ajax/PHP Command Shell", "Mini Shell", "PHPShell by", "SimShell", "LOLcat Shell", "Loader'z WEB Shell", "NIX REMOTE WEB-SHELL", "RHTOOLS 1", "rootshell.txt", "<title>webr00t", "<title>Symlink_Sa", "<title>Ayyildiz", "<title>.:NCC:. Shell", "<title>PHP Shell", "alfa shell", "ALFA TEaM", "WebRoot Hack Tools", "wuwebshell", "Ani-Shell", "Antichat Shell", "GFS Web-Shell", "nsTView", "KA_uShell", "PhpSpy Ver", "Small Shell", "G-Security Webshell", "Crystal shell", "Indrajith", "azrail 1", "s72 Shell", "Gecko Shell", "Priv8 Uploader", "FilesMan"]),
  ...all("web-shell", ["<title>"], near(/^[^<]{0,60}(?:web[ -]?shell|php[ -]?shell|cmd[ -]?shell|shell (?:v\d|version|by |php)|postwebshell|privat[e8]? shell|mini ?shell|backdoor|1n73ct|defac|h4ck|bypass shell|aspydrv|wso \d)/i, 90)),
];
