// No room: for the tables, and for the log (S-146).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync,
    writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, password, refused, signedIn,
    sott } from '../http/api.mjs';
import { Tally, cgi, ctl, db, limit, site, workers } from './faults.mjs';

after(() => db.bye());

const validate = (p) => call('GET', `${AUTH}/access_token/validate`,
    { token: p.token });

test('S-146, S-132: no room for rows: refused whole, and well afterwards',
    async (t) => {
        const p = await signedIn();
        const ticket = await sott();
        const tally = new Tally();
        await db.sql('CREATE TABLE filler (n INT AUTO_INCREMENT PRIMARY KEY, ' +
            'b LONGBLOB) ENGINE=InnoDB');
        let size = 1 << 20;
        for (; size > 100; size >>= 1)
            for (let full = false; !full;)
                await db.sql('INSERT INTO filler (b) VALUES ' +
                    `(REPEAT('x', ${size}))`).catch((e) => {
                    assert.match(e.message, /1114|is full/);
                    full = true;
                });
        const seen = {};
        for (let i = 0; i < 400 && !(seen[503] >= 20); i++)
            await tally.one(`registration ${i}`, async () => {
                const email = address();
                const a = await call('POST', `${AUTH}/register`, {
                    headers: { 'X-Doorward-Sott': i % 90 ? ticket :
                        await sott().catch(() => ticket) },
                    json: { Password: password, FirstName: 'x'.repeat(200),
                        Email: [{ Type: 'Primary', Value: email }] } });
                seen[a.status] = (seen[a.status] ?? 0) + 1;
                const there = await db.ask('SELECT COUNT(*) FROM ' +
                    `dw_identifier WHERE canonical = '${email}'`);
                if (a.status === 200)
                    assert.equal(there, '1');
                else {
                    refused(a, 503, 503);
                    assert.ok(a.headers.get('retry-after'));
                    assert.equal(there, '0');
                }
                granted(await validate(p));
            });
        t.diagnostic(JSON.stringify(seen));
        assert.ok(seen[503] >= 20, 'it was never full');
        // The administrator makes room.
        db.bye();
        await db.stop();
        await db.start('--innodb-file-per-table=0',
            '--innodb-data-file-path=ibdata1:12M:autoextend');
        await db.sql('DROP TABLE filler');
        for (let i = 0; i < 5; i++)
            await tally.one('afterwards', async () =>
                granted(await login(await signedIn())));
        tally.end(t, 'full tables');
    });

test('S-146: a log that is full stops nothing, and is counted', async () => {
    const log = join(site, 'log/doorward.log');
    const p = await signedIn();
    const pids = workers();    // one reads, one writes
    const size = statSync(log).size;
    for (const pid of pids)
        await limit(pid, 'fsize', size);
    for (let i = 0; i < 5; i++)
        granted(await validate(p));
    assert.deepEqual(workers(), pids);
    assert.match(readFileSync(join(site, 'log/web.log'), 'utf8'),
        /doorward: the log cannot be written: File too large/);
    for (const pid of pids)
        await limit(pid, 'fsize', 'unlimited');
    granted(await validate(p));
    const lines = readFileSync(log, 'utf8').slice(size).trim().split('\n')
        .map((l) => JSON.parse(l));
    const lost = lines.find((l) => l.event === 'log_lost');
    assert.equal(lost?.text, '5 lines');
    assert.equal(lines.filter((l) => l.event === 'request').length, 1);
});

test('S-146: no space for the log: CGI answers, and check tells', async () => {
    const own = mkdtempSync(join(tmpdir(), 'doorward-faults-'));
    after(() => rmSync(own, { recursive: true }));
    const config = join(own, 'doorward.conf');
    mkdirSync(join(own, 'state'), { mode: 0o700 });
    writeFileSync(config, readFileSync(join(site, 'etc/doorward.conf'),
        'utf8').replace(/^(\[state\]\ndir = ).*/m, `$1${own}/state`)
        .replace(/^(\[log\]\nfile = ).*/m, '$1/dev/full'), { mode: 0o600 });
    const a = await cgi('GET', '/identity/v2/serverinfo', { config });
    assert.equal(a.status, 200, a.out);
    assert.match(a.err, /the log cannot be written: No space left on device/);
    const check = await ctl('--config', config, 'check', '--no-web');
    assert.notEqual(check.code, 0);
    assert.match(check.out, /^WRONG +log .*No space left on device/m);
});
