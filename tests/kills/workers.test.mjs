// S-112: what a process keeps from one request to the next (nothing), and how
// it ends: without losing an answer, and by itself when nobody needs it.
import assert from 'node:assert/strict';
import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { AUTH, base, call, granted, key, login, password, signedIn, source } from '../http/api.mjs';
import { alive, audits, kill, number, pidOf, sleep, times, uidOf, until,
    workers } from './kills.mjs';

const short = process.env.DOORWARD_SHORT;
const own = process.env.DOORWARD_OWN_WORKERS === 'yes';    // lighttpd's own
const front = own ? pidOf('web') : pidOf('spawner');
const validate = (token, options) => call('GET',
    `${AUTH}/access_token/validate`, { token, judge: false, ...options });

// ---- FastCGI as a web server speaks it (specification §3, §5) ----

function record(type, content) {
    const head = Buffer.alloc(8);
    head.writeUInt8(1, 0);
    head.writeUInt8(type, 1);
    head.writeUInt16BE(1, 2);
    head.writeUInt16BE(content.length, 4);
    return Buffer.concat([head, content]);
}

const size = (n) => n < 128 ? Buffer.from([n]) :
    Buffer.from([n >>> 24 | 128, n >>> 16 & 255, n >>> 8 & 255, n & 255]);

function request(method, path, headers, body = '') {
    const env = { GATEWAY_INTERFACE: 'CGI/1.1', REQUEST_METHOD: method,
        REQUEST_URI: path, PATH_INFO: path.split('?')[0], SCRIPT_NAME: '',
        QUERY_STRING: path.split('?')[1] ?? '', SERVER_PROTOCOL: 'HTTP/1.1',
        SERVER_NAME: 'localhost', SERVER_PORT: new URL(base).port,
        HTTP_HOST: new URL(base).host, REMOTE_ADDR: '127.0.0.1',
        CONTENT_LENGTH: String(Buffer.byteLength(body)),
        CONTENT_TYPE: 'application/json', ...headers };
    const params = Buffer.concat(Object.entries(env).map(([n, v]) =>
        Buffer.concat([size(n.length), size(v.length), Buffer.from(n + v)])));
    return Buffer.concat([record(1, Buffer.from([0, 1, 0, 0, 0, 0, 0, 0])),
        record(4, params), record(4, Buffer.alloc(0)),
        ...body ? [record(5, Buffer.from(body))] : [],
        record(5, Buffer.alloc(0))]);
}

// Standard output of the answer (all its records are type 6 but the last).
const ask = (bytes) => new Promise((done, fail) => {
    const s = connect(join(short, 'fcgi'));
    const parts = [];
    s.on('error', fail);
    s.on('data', (d) => parts.push(d));
    s.on('end', () => {
        const all = Buffer.concat(parts);
        const out = [];
        for (let at = 0; at + 8 <= all.length;) {
            const len = all.readUInt16BE(at + 4);
            if (all[at + 1] === 6)
                out.push(all.subarray(at + 8, at + 8 + len));
            at += 8 + len + all[at + 6];
        }
        done(Buffer.concat(out).toString());
    });
    s.write(bytes);
});

// Sends n bytes of it, and goes away after taking m bytes of the answer.
const abort = (bytes, n, m) => new Promise((done) => {
    const s = connect(join(short, 'fcgi'));
    let got = 0;
    const leave = () => {
        s.destroy();
        done();
    };
    s.on('error', done);
    s.on('data', (d) => {
        got += d.length;
        if (got >= m)
            leave();
    });
    s.on('close', done);
    s.write(bytes.subarray(0, n), () => m === 0 && leave());
});

if (!own) {
    test('S-112: two people 10 000 times on one process: never the other\'s',
        { timeout: 240000 }, async (t) => {
            const all = workers();
            for (const pid of all.slice(1))    // one is left to serve
                kill(pid, 'SIGSTOP');
            try {
                const people = await times(2, (i) => signedIn({ body: {
                    FirstName: ['Mira', 'Odo'][i], Company: `C${i}` } }));
                // Apart from the id that each answer has of its own.
                const read = async (bytes) => (await ask(bytes))
                    .replace(/^X-Request-Id: .*\r\n/mi, '');
                const asks = people.map((p) => request('GET',
                    `${AUTH}/account`, { HTTP_X_DOORWARD_APIKEY: key,
                        HTTP_AUTHORIZATION: `Bearer ${p.token}` }));
                const want = [];
                for (const [i, p] of people.entries()) {
                    want.push(await read(asks[i]));
                    assert.ok(want[i].includes(p.email), want[i]);
                    assert.ok(!want[i].includes(people[1 - i].email));
                }
                let held = 0;
                for (let i = 0; i < 5000; i++) {
                    const got = await Promise.all(asks.map(read));
                    held += (got[0] === want[0]) + (got[1] === want[1]);
                }
                t.diagnostic(`alternations: tried 10000, held ${held}`);
                assert.equal(held, 10000);
                assert.ok(alive(all[0]), 'it was one process');
            } finally {
                for (const pid of all)
                    kill(pid, 'SIGCONT');
            }
        });

    // Some servers send the end of a body that is none after the rest, and
    // must meet no closed door then; the answer's end is told before.
    test('S-112: a request\'s end may come after the answer', async (t) => {
        const p = await signedIn();
        const end = record(5, Buffer.alloc(0)).length;
        const bytes = request('GET', `${AUTH}/account`, {
            HTTP_X_DOORWARD_APIKEY: key,
            HTTP_AUTHORIZATION: `Bearer ${p.token}` });
        const late = () => new Promise((done) => {
            const s = connect({ path: join(short, 'fcgi'),
                allowHalfOpen: true });
            let got = '';
            s.on('error', () => done(false));
            s.on('data', (d) => got += d);
            s.on('end', () => setTimeout(() => s.end(
                bytes.subarray(-end), () => done(got.includes(p.email))),
            20));
            s.write(bytes.subarray(0, -end));
        });
        let tried = 0, held = 0;
        for (; tried < 400; tried += 40)
            held += (await times(40, late)).filter(Boolean).length;
        t.diagnostic(`late ends: tried ${tried}, held ${held}`);
        assert.equal(held, tried);
    });

    test('S-112: answered connections are not kept', async () => {
        const sockets = () => workers().map((pid) =>
            readdirSync(`/proc/${pid}/fd`).filter((fd) => {
                try {
                    return readlinkSync(`/proc/${pid}/fd/${fd}`)
                        .startsWith('socket:');
                } catch {
                    return false;
                }
            }).length);
        const p = await signedIn();
        const check = () => times(8, () => validate(p.token));
        for (let i = 0; i < 40; i++)
            await check();
        // The socket that is listened at, the database, the last answer.
        const most = Math.max(...sockets());
        assert.ok(most >= 2 && most <= 4, `${most}`);
    });

    test('S-112: callers that leave at any point harm nobody', async (t) => {
        const p = await signedIn();
        const before = workers().sort();
        const sign = { HTTP_X_DOORWARD_APIKEY: key };
        let tried = 0, held = 0;
        for (let i = 0; i < 120; i++) {
            const bytes = i % 2 ? request('POST', `${AUTH}/login`, sign,
                JSON.stringify({ email: p.email, password })) :
                request('GET', `${AUTH}/account`, { ...sign,
                    HTTP_AUTHORIZATION: `Bearer ${p.token}` });
            const at = i % 3 ? bytes.length :
                Math.floor(Math.random() * bytes.length);
            await abort(bytes, at, i % 3 === 2 ? 1 + i : 0);
            tried++;
            if ((await validate(p.token)).status === 200)
                held++;
        }
        t.diagnostic(`callers that left: tried ${tried}, held ${held}`);
        assert.equal(held, tried);
        assert.deepEqual(workers().sort(), before);
        // What they asked for was done whole, or not at all.
        await until('nothing is under way', () => number(`SELECT COUNT(*)
            FROM information_schema.innodb_trx`) === 0);
        assert.equal(number(`SELECT logins FROM dw_account
            WHERE uid = UNHEX('${uidOf(p.email)}')`),
        audits(p.email, 'login'));
        assert.equal(number(`SELECT COUNT(*) FROM dw_session
            WHERE uid = UNHEX('${uidOf(p.email)}')`),
        audits(p.email, 'login'));
    });
}

// Answers that are given while signals are sent.  A web server that restarts
// may close a connection whose request it did not take; what Doorward took is
// in the audit, and has its answer.
async function underLoad(t, name, tried, signal) {
    const p = await signedIn();
    let stop = false, asked = 0, closed = 0, signedInto = 1;
    const bad = [];
    const one = async (i) => {
        const headers = { Connection: 'close' };
        const a = await (i % 2 ? validate(p.token, { headers }) :
            login(p, password, { from: source(), judge: false, headers }));
        if (a.status !== 200)
            bad.push(`${a.status} ${a.text.slice(0, 200)}`);
        else if (i % 2 === 0)
            signedInto++;
    };
    const clients = times(6, async (i) => {
        while (!stop)
            await one(i).then(() => asked++, (e) => {
                closed++;
                if (name !== 'restarts')
                    bad.push(String(e.cause ?? e));
            });
    });
    try {
        for (let i = 0; i < tried; i++)
            await signal(i);
    } finally {
        stop = true;
        await clients;
    }
    t.diagnostic(`${name}: tried ${asked}, held ${asked - bad.length} ` +
        `(${tried} signals, ${closed} not taken)`);
    assert.ok(asked > tried);
    assert.deepEqual(bad, []);
    assert.equal(audits(p.email, 'login'), signedInto);
}

if (!own)
    for (const signal of ['SIGTERM', 'SIGUSR1'])
        test(`S-112: ${signal} to processes under load loses no answer`,
            { timeout: 120000 }, async (t) => {
                await underLoad(t, signal, 100, async (i) => {
                    const all = workers(front);
                    const many = i % 10 ? 1 : all.length;
                    const told = all.slice(0, many).filter((pid) =>
                        kill(pid, signal));
                    await until('they end', () => told.every((pid) =>
                        !alive(pid)), 10);
                });
            });

test(`S-112: a graceful restart of lighttpd, ${own ? 'which starts' :
    'beside'} the processes, loses no answer`, { timeout: 120000 },
async (t) => {
    await underLoad(t, 'restarts', 5, async () => {
        const before = workers(front);
        let told = 0;
        // A signal that comes while lighttpd still starts is lost on it: it
        // is told again, and the next one waits until it answers.
        await until('it has others', async () => {
            if (Date.now() - told > 5000) {
                kill(pidOf('web'), 'SIGUSR1');
                told = Date.now();
            }
            await sleep(300);
            const now = workers(front);
            return !own || now.length > 0 && before.every((pid) =>
                !now.includes(pid));
        }, 40);
        await until('it answers', () => fetch(`${base}/openapi.json`,
            { headers: { Connection: 'close' } }).then((a) =>
            a.arrayBuffer().then(() => a.status === 200), () => false));
    });
    assert.ok(alive(pidOf('web')));
});

test('S-112: processes whose parent is gone end by themselves',
    { timeout: 60000 }, async (t) => {
        const all = workers(front);
        assert.ok(all.length >= 1);
        kill(front, 'SIGKILL');
        await until('they end', () => all.every((pid) => !alive(pid)), 40);
        t.diagnostic(`orphans: tried ${all.length}, held ${all.filter(
            (pid) => !alive(pid)).length}`);
    });
