// The database is away, comes back, dies, stops, slows down.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync,
    writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, test } from 'node:test';
import { AUTH, address, call, granted, login, person, refused, signedIn,
    sott, password } from '../http/api.mjs';
import { Proxy, Tally, cgi, ctl, db, name, short, site, sleep, timed,
    until } from './faults.mjs';

const proxy = new Proxy();
after(() => proxy.listener && proxy.down());

// A test that breaks off leaves nothing to the next.
afterEach(async () => {
    Object.assign(proxy, { watch: null, held: false, delay: () => 0 });
    if (db.running())
        db.signal('SIGCONT');
    else
        await db.start();
});

const validate = (p) => call('GET', `${AUTH}/access_token/validate`,
    { token: p.token });
const profile = (p) => call('GET', `${AUTH}/account`, { token: p.token });

// 503, documented (api.mjs judges the body), and when to come back.
function unavailable(answer) {
    refused(answer, 503, 503);
    assert.match(answer.headers.get('retry-after'), /^[1-9]\d*$/);
}

test('S-140: no database at the start: 503 within 3 s, then by itself',
    async () => {
        const nobody = { email: 'nobody@example.com' };
        for (let i = 0; i < 4; i++) {
            const { answer, ms } = await timed(() => login(nobody));
            unavailable(answer);
            assert.ok(ms < 3000, `${ms} ms`);
        }
        await proxy.up();
        refused(await login(nobody), 966, 401);
    });

test('S-140, F-54: plain CGI without a database: 503 within 3 s, then well',
    async () => {
        const own = mkdtempSync(join(tmpdir(), 'doorward-faults-'));
        after(() => rmSync(own, { recursive: true }));
        const config = join(own, 'doorward.conf');
        mkdirSync(join(own, 'state'), { mode: 0o700 });
        const text = readFileSync(join(site, 'etc/doorward.conf'), 'utf8')
            .replace(/^(\[state\]\ndir = ).*/m, `$1${own}/state`)
            .replace(/^hosts = .*/m, `hosts = ${db.socket}`);
        writeFileSync(config, text, { mode: 0o600 });
        const ask = () => cgi('GET', `${AUTH}/access_token/validate`,
            { config, env: { HTTP_AUTHORIZATION:
                'Bearer 00000000-0000-4000-8000-000000000000' } });
        await db.stop();
        const { answer, ms } = await timed(ask);
        assert.equal(answer.status, 503, answer.out + answer.err);
        assert.match(answer.head, /^Retry-After: \d+\r?$/m);
        assert.equal(answer.json.ErrorCode, 503);
        assert.ok(ms < 3000, `${ms} ms`);
        for (const [file, words] of [[config, 'No server answers there'],
            [join(site, 'etc/doorward.conf'), 'The connection broke']]) {
            const check = await ctl('--config', file, 'check', '--no-web');
            assert.notEqual(check.code, 0);
            assert.match(check.out, new RegExp(`^WRONG +database .*${words}` +
                '.*database\\.hosts', 'm'));
        }
        await db.start();
        assert.equal((await ask()).json.ErrorCode, 905);
    });

test('S-140: pages say so too while the database is down', async () => {
    const p = await signedIn();
    await db.stop();
    const page = await fetch(`${process.env.DOORWARD_URL}/account`,
        { headers: { Cookie: '__Host-dw=x; dw=x' }, redirect: 'manual' });
    assert.ok([303, 302, 503].includes(page.status), `${page.status}`);
    const { answer, ms } = await timed(() => validate(p));
    unavailable(answer);
    assert.ok(ms < 3000, `${ms} ms`);
    await db.start();
    granted(await validate(p));
});

test('S-140: a restart between two requests is not seen', async () => {
    const p = await signedIn();
    for (let i = 0; i < 3; i++) {
        granted(await validate(p));
        granted(await validate(p));
        await db.stop();
        await db.start();
        granted(await validate(p));
        granted(await login(p));
        granted(await profile(p));
    }
});

test('S-140: KILL CONNECTION between requests is not seen', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    for (let i = 0; i < 30; i++) {
        await db.killConnections();
        await tally.one(`round ${i}`, async () => granted(
            await [validate, login, profile][i % 3](p)));
    }
    tally.end(t, 'killed between requests');
});

test('S-140: KILL CONNECTION under load is not seen', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    const end = Date.now() + 6000;
    let kills = 0;
    const client = async (ask) => {
        while (Date.now() < end)
            await tally.one('request', async () => granted(await ask(p)));
    };
    const killer = async () => {
        for (; Date.now() < end; await sleep(250)) {
            await db.killConnections();
            kills++;
        }
    };
    await Promise.all([client(validate), client(profile), client(login),
        client(validate), killer()]);
    t.diagnostic(`${kills} rounds of KILL`);
    tally.end(t, 'killed under load');
});

test('S-140: wait_timeout=1: statements are prepared anew', async () => {
    const p = await signedIn();
    await db.sql('SET GLOBAL wait_timeout = 1');
    try {
        await db.killConnections();
        granted(await validate(p));
        granted(await validate(p));
        for (let i = 0; i < 2; i++) {
            await until('idle connections are closed',
                async () =>
                (await db.connections()).length === 0, 5000);
            granted(await [validate, login][i](p));
        }
    } finally {
        await db.sql('SET GLOBAL wait_timeout = 28800');
    }
});

// What a request may leave: all of it once, or nothing.
const logins = (p) => db.number(`SELECT a.logins FROM dw_account a JOIN
    dw_identifier i USING (uid) WHERE i.canonical = '${p.email}'`);
const sessionsOf = (p) => db.number(`SELECT COUNT(*) FROM dw_session s JOIN
    dw_identifier i USING (uid) WHERE i.canonical = '${p.email}'`);
const accounts = (email) => db.number(`SELECT COUNT(*) FROM dw_identifier
    WHERE canonical = '${email}'`);

// The n-th command that matches, from now on.
function at(n, act) {
    let k = 0;
    proxy.watch = (command, link, packet) => {
        if (++k !== n)
            return undefined;
        proxy.watch = null;
        return act(link, packet, command);
    };
}
const cutBefore = (link) => {
    link.cut();
    return 'taken';
};
const cutBehind = (link, packet) => {
    link.server.write(packet);
    link.answered = () => link.cut();
    return 'taken';
};

// How many commands does it take?  At least so many: with warm connections,
// and no clean-up at the same time.
async function commandsOf(ask) {
    for (let i = 0; i < 6; i++)
        await ask();
    const counts = [];
    for (let i = 0; i < 5; i++) {
        const from = proxy.commands;
        await ask();
        counts.push(proxy.commands - from);
    }
    return Math.min(...counts);
}

test('S-140: cut at each command of a read: not seen', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    for (const ask of [validate, profile]) {
        const n = await commandsOf(() => ask(p));
        assert.ok(n > 0);
        for (let i = 1; i <= n; i++)
            for (const cut of [cutBefore, cutBehind])
                await tally.one(`${ask.name} cut at ${i}`, async () => {
                    at(i, cut);
                    granted(await ask(p));
                    assert.equal(proxy.watch, null, 'no cut');
                });
    }
    tally.end(t, 'reads cut');
});

test('S-138, S-140: cut at each command of a write: whole, once', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    const n = await commandsOf(() => login(p));
    assert.ok(n > 3);
    for (let i = 1; i <= n; i++)
        for (const cut of [cutBefore, cutBehind])
            await tally.one(`login cut at ${i} of ${n}`, async () => {
                const before = [await logins(p), await sessionsOf(p)];
                at(i, cut);
                granted(await login(p));
                assert.equal(proxy.watch, null, 'no cut');
                assert.equal(await logins(p), before[0] + 1);
                assert.equal(await sessionsOf(p), before[1] + 1);
            });
    tally.end(t, 'logins cut');
});

test('S-138: SIGKILL of the server at each command of a login: whole or ' +
    'nothing', async (t) => {
    const p = await signedIn();
    const tally = new Tally();
    const n = await commandsOf(() => login(p));
    for (let i = 1; i <= n; i++)
        await tally.one(`killed at ${i} of ${n}`, async () => {
            const before = [await logins(p), await sessionsOf(p)];
            at(i, () => db.signal('SIGKILL'));
            const { answer, ms } = await timed(() => login(p));
            assert.equal(proxy.watch, null, 'no kill');
            assert.ok(ms < 6000, `${ms} ms`);
            await until('it is dead', () => !db.running());
            await db.start();
            const done = answer.status === 200 ? 1 : 0;
            if (!done)
                unavailable(answer);
            assert.equal(await logins(p), before[0] + done);
            assert.equal(await sessionsOf(p), before[1] + done);
            granted(await login(p));
        });
    tally.end(t, 'server killed');
});

test('S-140: a server that stands still for 3 s is waited for', async () => {
    const p = await signedIn();
    const before = await sessionsOf(p);
    at(4, () => {
        db.signal('SIGSTOP');
        setTimeout(() => db.signal('SIGCONT'), 3000);
    });
    const { answer, ms } = await timed(() => login(p));
    granted(answer);
    assert.ok(ms > 2500, `${ms} ms`);
    assert.equal(await sessionsOf(p), before + 1);
});

test('S-140: a server that stands still: 503 in bounded time', async (t) => {
    const p = await signedIn();
    const [n, sessions] = [await logins(p), await sessionsOf(p)];
    granted(await validate(p));
    await db.standStill();
    const all = await Promise.all([validate, login].map((ask) =>
        timed(() => ask(p))));
    db.signal('SIGCONT');
    for (const { answer, ms } of all) {
        t.diagnostic(`503 after ${Math.round(ms)} ms`);
        unavailable(answer);
        assert.ok(ms < 20000, `${ms} ms`);
    }
    await until('it works again', async () =>
        (await validate(p)).status === 200);
    assert.deepEqual([await logins(p), await sessionsOf(p)], [n, sessions]);
    granted(await login(p));
});

test('S-140: stalled within a transaction: bounded, and nothing done',
    async (t) => {
        const p = await signedIn();
        const [n, sessions] = [await logins(p), await sessionsOf(p)];
        proxy.watch = (command, link) => {
            if (/INTO dw_session/.test(command))
                proxy.held = true;
        };
        const { answer, ms } = await timed(() => login(p));
        proxy.watch = null;
        proxy.held = false;
        t.diagnostic(`503 after ${Math.round(ms)} ms`);
        unavailable(answer);
        assert.ok(ms < 25000, `${ms} ms`);
        assert.deepEqual([await logins(p), await sessionsOf(p)], [n, sessions]);
        granted(await login(p));
    });

test('S-140: a slow server: 100 to 500 ms a packet, works', async (t) => {
    const p = await signedIn();
    await commandsOf(() => validate(p));
    proxy.delay = () => 100 + Math.random() * 400;
    const warm = await timed(() => login(p));
    proxy.delay = () => 100;
    proxy.cutAll();
    const cold = await timed(() => validate(p));
    proxy.delay = () => 0;
    t.diagnostic(`login ${Math.round(warm.ms)} ms, ` +
        `from nothing ${Math.round(cold.ms)} ms`);
    granted(warm.answer);
    granted(cold.answer);
    assert.ok(cold.ms < 10000, `${cold.ms} ms`);
});

test('S-138, S-140: a server that only reads: 503 for what it cannot do',
    async (t) => {
        const p = await signedIn();
        const email = address();
        const ticket = await sott();
        const writes = {
            register: () => call('POST', `${AUTH}/register`, {
                headers: { 'X-Doorward-Sott': ticket }, json: { Password:
                    password, Email: [{ Type: 'Primary', Value: email }] } }),
            login: () => login(p),
            update: () => call('PUT', `${AUTH}/account`, { token: p.token,
                json: { City: 'Rome' } }),
            signOut: () => call('GET', `${AUTH}/access_token/invalidate`,
                { token: p.token })
        };
        const tally = new Tally();
        const before = [await logins(p), await sessionsOf(p)];
        for (let i = 0; i < 4; i++)
            granted(await validate(p));
        for (const [what, write] of Object.entries(writes)) {
            await db.sql('SET GLOBAL read_only = 1');
            for (let i = 0; i < 3; i++) {
                await tally.one(what, async () => unavailable(await write()));
                await tally.one('token check', async () => {
                    const a = await validate(p);
                    if (a.status !== 200)
                        unavailable(a);
                });
            }
            await db.sql('SET GLOBAL read_only = 0');
            granted(await validate(p));
        }
        assert.equal(await accounts(email), 0);
        assert.deepEqual([await logins(p), await sessionsOf(p)], before);
        for (const [what, write] of Object.entries(writes))
            await tally.one(`${what} afterwards`, async () =>
                granted(await write()));
        tally.end(t, 'read-only');
    });

// Who sits on all the places, until the server throws them out.
const SEAT = 'SELECT SLEEP(60)';
async function occupy(n, user) {
    const word = readFileSync(join(site, 'etc/password'), 'utf8').trim();
    for (let i = 0; i < n; i++)
        spawn('mariadb', ['--no-defaults', '-S', db.socket, '-u', user, name,
            '-e', SEAT], { stdio: 'ignore',
            env: { PATH: process.env.PATH, MYSQL_PWD: word } });
    await until('all places are taken', async () => n === await db.number(
        `SELECT COUNT(*) FROM information_schema.PROCESSLIST
        WHERE INFO = '${SEAT}'`));
}

const user = `'${name}'@'localhost'`;
const leave = `KILL USER ${name}@localhost`;
// The server may take seconds to give places of the killed back.
for (const [number, places, limit, free, room] of [
    [1226, 2, `ALTER USER ${user} WITH MAX_USER_CONNECTIONS 2`,
        `ALTER USER ${user} WITH MAX_USER_CONNECTIONS 0`, leave],
    [1203, 2, 'SET GLOBAL max_user_connections = 2',
        'SET GLOBAL max_user_connections = 1000',
        'SET GLOBAL max_user_connections = 1000'],
    [1040, 10, 'SET GLOBAL max_connections = 10',
        'SET GLOBAL max_connections = 151',
        'SET GLOBAL max_connections = 151']])
    test(`S-140, hosting §8: too many connections (${number}): waited for, ` +
        'then 503', async (t) => {
        const p = await signedIn();
        proxy.cutAll();
        await until('the site is out', async () =>
            (await db.connections()).length === 0);
        // A limit of the user's holds for those who come after it.
        if (number !== 1040)
            await db.sql(limit);
        try {
            await occupy(places, name);
            await db.ask('SELECT 1');
            await db.sql(limit);
            const { answer, ms } = await timed(() => validate(p));
            t.diagnostic(`503 after ${Math.round(ms)} ms`);
            unavailable(answer);
            assert.ok(ms > 1200 && ms < 3000, `${ms} ms`);
            assert.match(readFileSync(join(site, 'log/doorward.log'),
                'utf8'), new RegExp(`"database_full".*${number}`));
            // By a connection that is there already: a new one may find no
            // place.
            setTimeout(() => db.ask(room), 600);
            const waited = await timed(() => validate(p));
            granted(waited.answer);
            assert.ok(waited.ms > 400, `${waited.ms} ms`);
        } finally {
            // Who left has not given its place back at once.
            await until('there is room', () =>
                db.sql(free).then(() => true, () => false));
            await db.sql(leave);
            db.bye();
            await db.killConnections();
        }
        granted(await login(p));
    });
