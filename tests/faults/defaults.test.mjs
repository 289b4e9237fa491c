// A server whose administrator has set everything otherwise: the schema was
// migrated on it, and the whole way through works.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, mail, mails, password, person,
    refused, register, signedIn } from '../http/api.mjs';
import { db, name } from './faults.mjs';

after(() => db.bye());

test('S-136: the server does have other defaults', async () => {
    const [mode, zone, commit, engine, isolation, charset] = (await db.ask(
        `SELECT @@GLOBAL.sql_mode, @@GLOBAL.time_zone, @@GLOBAL.autocommit,
        @@GLOBAL.default_storage_engine, @@GLOBAL.tx_isolation,
        @@GLOBAL.character_set_server, 'end'`)).split('\t');
    assert.deepEqual([mode, zone, commit, engine, isolation],
        ['', '+05:30', '0', 'MyISAM', 'SERIALIZABLE']);
    assert.equal(await db.ask(`SELECT DEFAULT_CHARACTER_SET_NAME FROM
        information_schema.SCHEMATA WHERE SCHEMA_NAME = '${name}'`), charset);
});

test('S-011, S-136: every table and column names its own', async () => {
    const tables = await db.ask(`SELECT COUNT(*), SUM(ENGINE = 'InnoDB'),
        SUM(TABLE_COLLATION = 'utf8mb4_bin') FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = '${name}'`);
    const [n, engines, collations] = tables.split('\t').map(Number);
    assert.ok(n >= 14);
    assert.deepEqual([engines, collations], [n, n]);
    assert.equal(await db.ask(`SELECT GROUP_CONCAT(TABLE_NAME, '.',
        COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA =
        '${name}' AND COLLATION_NAME NOT IN ('utf8mb4_bin', 'ascii_bin')`),
    'NULL');
});

test('S-136: the whole way through', async () => {
    const p = await signedIn();
    const update = (json) => call('PUT', `${AUTH}/account`,
        { token: p.token, json });
    const read = async () => granted(await call('GET', `${AUTH}/account`,
        { token: p.token }));
    const city = 'Žižkov 東京 🜁';
    granted(await update({ City: city }));
    const seen = await read();
    assert.equal(seen.City, city);
    assert.ok(Math.abs(Date.now() - Date.parse(seen.CreatedDate)) < 60000,
        seen.CreatedDate);
    granted(await call('PUT', `${AUTH}/password/change`, { token: p.token,
        json: { oldpassword: password, newpassword: 'violet-harbour-88' } }));
    refused(await login(p), 966, 401);
    granted(await call('POST', `${AUTH}/password`,
        { json: { email: p.email } }));
    await mail(p.email, 3);
    const reset = (await mails(p.email)).find((m) =>
        /vtype=reset/.test(m.link ?? ''));
    granted(await call('PUT', `${AUTH}/password/reset`, { json: {
        resettoken: reset.token, password: 'amber-lantern-93' } }));
    const token = granted(await login(p, 'amber-lantern-93')).access_token;
    granted(await call('GET', `${AUTH}/access_token/invalidate`, { token }));
    refused(await call('GET', `${AUTH}/access_token/validate`, { token }),
        905, 403);
    // What autocommit = 0 would have lost with the connection.
    assert.equal(await db.ask(`SELECT COUNT(*) FROM dw_account a JOIN
        dw_identifier i USING (uid) WHERE i.canonical = '${p.email}'
        AND a.email_verified_s > 0`), '1');
});

test('S-011: twins by accent, width, or sharp s stay apart', async () => {
    const x = address().replace('@example.com', '');
    for (const [a, b] of [['jose', 'josé'], ['strasse', 'straße'],
        ['resume', 'résumé'], ['ab', 'ａｂ']]) {
        const one = await person({ email: `${a}.${x}@example.com` });
        const two = await register({ email: `${b}.${x}@example.com` });
        if (two.answer.status !== 200) {
            refused(two.answer, 1038, 400);
            continue;
        }
        assert.equal(await db.ask(`SELECT COUNT(DISTINCT uid) FROM
            dw_identifier WHERE canonical IN ('${a}.${x}@example.com',
            '${b}.${x}@example.com')`), '2', `${a} ${b}`);
        granted(await login(one));
    }
});
