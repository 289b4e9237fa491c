// Not enough memory: an answer, or the web server's own; never half of one,
// and the next request works (S-146).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync,
    writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AUTH, call, granted, login, password, signedIn }
    from '../http/api.mjs';
import { Tally, cgi, db, limit, site, until, workers } from './faults.mjs';

const own = mkdtempSync(join(tmpdir(), 'doorward-faults-'));
const config = join(own, 'doorward.conf');
mkdirSync(join(own, 'state'), { mode: 0o700 });
writeFileSync(config, readFileSync(join(site, 'etc/doorward.conf'), 'utf8')
    .replace(/^(\[state\]\ndir = ).*/m, `$1${own}/state`), { mode: 0o600 });
after(() => {
    rmSync(own, { recursive: true });
    db.bye();
});

const sessionsOf = async (p) => Number(await db.ask(`SELECT COUNT(*) FROM
    dw_session s JOIN dw_identifier i USING (uid)
    WHERE i.canonical = '${p.email}'`));

test('S-146: address space from too little to enough, as CGI', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    const seen = {};
    const ways = {
        validate: (max) => cgi('GET', `${AUTH}/access_token/validate`, {
            config, limit: max, env: { HTTP_AUTHORIZATION: `Bearer ${p.token}` } }),
        login: (max) => cgi('POST', `${AUTH}/login`, { config, limit: max,
            input: JSON.stringify({ email: p.email, password }) })
    };
    for (const [what, ask] of Object.entries(ways))
        for (let mib = 8; mib <= 72; mib += mib < 48 ? 1 : 4)
            await tally.one(`${what} in ${mib} MiB`, async () => {
                const before = await sessionsOf(p);
                const a = await ask(`-v ${mib * 1024}`);
                const done = await sessionsOf(p) - before;
                const kind = a.status || 'no answer';
                seen[`${what} ${kind}`] ??= 0;
                seen[`${what} ${kind}`]++;
                if (a.status === 0) {
                    // What the web server makes a 5xx of.
                    assert.equal(a.out, '');
                    assert.ok(a.code !== 0 || a.signal, 'no reason');
                    assert.equal(done, 0);
                } else if (a.status === 200) {
                    assert.equal(a.code, 0);
                    assert.ok(a.json, a.out);
                    assert.equal(done, what === 'login' ? 1 : 0);
                } else {
                    assert.ok([500, 503].includes(a.status), a.out);
                    assert.ok(a.json, a.out);
                    assert.equal(done, 0);
                }
            });
    t.diagnostic(JSON.stringify(seen));
    assert.ok(seen['login 200'] > 0 && seen['validate 200'] > 0);
    tally.end(t, 'address space');
});

test('S-146: a FastCGI worker without memory: 5xx, and the next works',
    async (t) => {
        const p = await signedIn();
        const tally = new Tally();
        const seen = {};
        // The web server may still be replacing the ones that ended.
        const places = workers().length;
        for (const spare of [0, 64, 256, 1024, 4096, 8192, 16384, 30000])
            await tally.one(`${spare} KiB to spare`, async () => {
                // New ones, which have allocated nothing yet: one reads, one
                // writes.
                await until('each place has one', () =>
                    workers().length === places);
                const old = workers();
                for (const pid of old)
                    process.kill(Number(pid), 'SIGTERM');
                await until('there are others', () =>
                    workers().length === places &&
                    !workers().some((pid) => old.includes(pid)));
                await until('they answer', async () => (await call('GET',
                    `${AUTH}/access_token/validate`, { token: p.token,
                        judge: false })).status === 200 && (await call('POST',
                    `${AUTH}/login`, { judge: false, json: {
                        email: 'nobody@example.com' } })).status === 400);
                const pids = workers();
                for (const pid of pids) {
                    const size = Number(/^VmSize:\s+(\d+)/m.exec(readFileSync(
                        `/proc/${pid}/status`, 'utf8'))[1]);
                    await limit(pid, 'as', (size + spare) * 1024);
                }
                const before = await sessionsOf(p);
                const a = await call('POST', `${AUTH}/login`, { judge: false,
                    from: p.from, json: { email: p.email, password } });
                seen[a.status] = (seen[a.status] ?? 0) + 1;
                const done = await sessionsOf(p) - before;
                if (a.status === 200)
                    assert.equal(done, 1);
                else {
                    assert.ok(a.status >= 500, `${a.status} ${a.text}`);
                    assert.equal(done, 0);
                }
                for (const pid of pids)
                    if (workers().includes(pid))
                        await limit(pid, 'as', 'unlimited');
                await until('a worker answers again', async () =>
                    (await call('GET', `${AUTH}/access_token/validate`,
                        { token: p.token, judge: false })).status === 200);
                granted(await login(p));
            });
        t.diagnostic(JSON.stringify(seen));
        assert.ok(Object.keys(seen).some((s) => s >= 500), 'there was enough');
        tally.end(t, 'worker without memory');
    });
