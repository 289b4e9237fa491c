// Two servers in database.hosts: tried in order, the unfit ones skipped.
import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { AUTH, call, granted, login, refused, register, signedIn }
    from '../http/api.mjs';
import { Proxy, Server, Tally, blackHole, db, short, sleep, timed }
    from './faults.mjs';

const A = join(short, 'first'), B = join(short, 'second');
const first = new Proxy(A), second = new Proxy(B);
const folder = `${db.folder}-other`;
const other = new Server(folder, join(short, 'other'));
const holes = [];
let p;

const validate = () => call('GET', `${AUTH}/access_token/validate`,
    { token: p.token });

// A second server with what the first one holds, writing or not.
before(async () => {
    await first.up();
    await second.up();
    p = await signedIn();
    await db.stop();
    rmSync(folder, { recursive: true, force: true });
    cpSync(join(db.folder, 'data'), join(folder, 'data'),
        { recursive: true });
    await db.start();
    await other.start();
});
after(async () => {
    await first.down();
    await second.down();
    await other.stop();
    rmSync(folder, { recursive: true });
});
afterEach(async () => {
    for (const hole of holes.splice(0))
        await hole.close();
    Object.assign(first, { to: db.socket });
    Object.assign(second, { to: db.socket });
    for (const proxy of [first, second]) {
        if (!proxy.listener.listening)
            await proxy.up();
        proxy.cutAll();
    }
    await db.sql('SET GLOBAL read_only = 0');
});

test('S-140: hosts are tried in order', async () => {
    for (let i = 0; i < 4; i++)
        granted(await validate());
    assert.ok(first.links.size > 0);
    assert.equal(second.links.size, 0);
    await first.down();
    for (let i = 0; i < 4; i++)
        granted(await validate());
    assert.ok(second.links.size > 0);
});

test('S-140: a server that only reads is skipped, for the one that writes',
    async () => {
        second.to = other.socket;
        for (let i = 0; i < 4; i++)
            granted(await validate());
        const sessions = 'SELECT COUNT(*) FROM dw_session';
        const [here, there] = [await db.number(sessions),
            await other.number(sessions)];
        await db.sql('SET GLOBAL read_only = 1');
        for (let i = 0; i < 6; i++)
            granted(await login(p));
        assert.equal(await db.number(sessions), here);
        assert.equal(await other.number(sessions), there + 6);
    });

test('S-140: all only read: 503 for writes', async () => {
    await db.sql('SET GLOBAL read_only = 1');
    for (let i = 0; i < 4; i++)
        refused(await login(p), 503, 503);
    await db.sql('SET GLOBAL read_only = 0');
    granted(await login(p));
});

test('S-140: a host that takes connections and says nothing costs 2 s at most',
    async (t) => {
        await first.down();
        holes.push(await blackHole(A));
        for (let i = 0; i < 2; i++) {
            second.cutAll();
            const { answer, ms } = await timed(validate);
            granted(answer);
            t.diagnostic(`answered after ${Math.round(ms)} ms`);
            assert.ok(ms < 2500, `${ms} ms`);
        }
    });

test('S-140: none answers: 503 within 3 s', async (t) => {
    await first.down();
    await second.down();
    holes.push(await blackHole(A), await blackHole(B));
    const { answer, ms } = await timed(validate);
    t.diagnostic(`503 after ${Math.round(ms)} ms`);
    refused(answer, 503, 503);
    assert.ok(ms < 3000, `${ms} ms`);
});

test('S-140: fail-over under load is not seen', async (t) => {
    const tally = new Tally();
    const end = Date.now() + 5000;
    const client = async (ask) => {
        while (Date.now() < end)
            await tally.one('request', async () => granted(await ask()));
    };
    const breaker = async () => {
        while (Date.now() < end - 800) {
            await first.down();
            await sleep(400);
            await first.up();
            await second.down();
            await sleep(400);
            await second.up();
        }
    };
    const newcomer = () => register().then((r) => r.answer);
    await Promise.all([client(validate), client(() => login(p)),
        client(newcomer), breaker()]);
    tally.end(t, 'fail-over');
});
