import assert from "node:assert/strict";
import { disableUser, enableUser, findUser, listUsers } from "../../../src/keys/password/user-ledger.ts";
import { onEachDatabase } from "../../databases.ts";
import { freshPeppers } from "../peppers.ts";
import { addUser, changePassword, NOW, PASSWORD } from "./users.ts";

const peppers = freshPeppers();

onEachDatabase("a user is kept with everything but the password", async (node) => {
  const database = node();
  const record = await addUser(database, peppers, { name: "andr\u00e9@shop.example" });
  assert.deepEqual(await findUser(record.name, database), record);
  assert.deepEqual(record, { name: "andr\u00e9@shop.example", scopes: ["orders:read"], claims: { tenant: "acme" }, plan: "gold", created: NOW, renewed: NOW, disabled: undefined });
  const [row] = await database.run("SELECT * FROM sallyport_users");
  assert.ok(!JSON.stringify(row).includes(PASSWORD));
  assert.match(String(row?.["password"]), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
});

onEachDatabase("a name is given once, and spelled otherwise it is another", async (node) => {
  const database = node();
  await addUser(database, peppers);
  await assert.rejects(addUser(database, peppers), /such a user already/);
  await addUser(database, peppers, { name: "Ann", plan: undefined });
  assert.deepEqual((await listUsers(database)).map(({ name }) => name), ["Ann", "ann"]);
});

onEachDatabase("users are switched off and on again, and given another password; who is not there is not", async (node) => {
  const database = node();
  await addUser(database, peppers);
  assert.equal((await disableUser("ann", NOW + 1, database))?.disabled, NOW + 1);
  assert.equal((await disableUser("ann", NOW + 2, database))?.disabled, NOW + 1);
  const [before] = await database.run("SELECT password FROM sallyport_users");
  await changePassword(database, peppers, "ann", "another horse battery");
  const [after] = await database.run("SELECT password FROM sallyport_users");
  assert.notEqual(before?.["password"], after?.["password"]);
  assert.equal((await findUser("ann", database))?.disabled, NOW + 1, "a new password switches nobody on");
  assert.equal((await enableUser("ann", database))?.disabled, undefined);
  for (const found of [await findUser("bob", database), await disableUser("bob", NOW, database), await enableUser("bob", database)]) assert.equal(found, undefined);
});
