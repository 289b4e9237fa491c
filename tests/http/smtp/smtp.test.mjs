// A real SMTP conversation: server down, up, slow, refusing.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { AUTH, address, call, granted, login, register } from '../api.mjs';

const port = Number(process.env.DOORWARD_SMTP_PORT);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// As much of RFC 5321 as a receiver needs.
const got = [];
const server = { delay: 0, refuse: false, busy: false };
const listener = createServer(async (s) => {
    let data = null, to = [], rest = '';
    const say = (line) => s.writable && s.write(`${line}\r\n`);
    s.on('error', () => {});
    await sleep(server.delay);
    say('220 sink.example.com ready');
    s.setEncoding('latin1');
    s.on('data', (chunk) => {
        rest += chunk;
        for (let at; (at = rest.indexOf('\r\n')) >= 0;) {
            const line = rest.slice(0, at);
            rest = rest.slice(at + 2);
            if (data !== null) {
                if (line === '.') {
                    got.push({ to, text: data.join('\n') });
                    data = null;
                    say('250 taken');
                } else
                    data.push(line.replace(/^\./, ''));
            } else if (/^rcpt/i.test(line)) {
                if (server.busy)
                    say('451 try again later');
                else if (server.refuse)
                    say('550 no such mailbox');
                else {
                    to.push(/<(.*)>/.exec(line)[1]);
                    say('250 ok');
                }
            } else if (/^data/i.test(line)) {
                data = [];
                say('354 go on');
            } else if (/^quit/i.test(line)) {
                say('221 bye');
                s.end();
            } else {
                if (/^mail/i.test(line))
                    to = [];
                say('250 ok');
            }
        }
    });
});
const up = () => new Promise((done) =>
    listener.listen(port, '127.0.0.1', done));
after(() => listener.close());

const ctl = (...args) => new Promise((done, fail) => execFile('/bin/sh',
    ['-c', `${process.env.DOORWARD_CTL} "$@"`, 'ctl', ...args],
    (e, out, err) => e ? fail(new Error(`${args.join(' ')}: ${out}${err}`)) :
        done(out)));
const mailsFor = (email) => got.filter((m) => m.to.includes(email));

async function arrived(email, n = 1) {
    for (let i = 0; i < 150 && mailsFor(email).length < n; i++)
        await sleep(100);
    assert.equal(mailsFor(email).length, n);
    return mailsFor(email)[n - 1];
}

test('server down: sign-up succeeds, the mail follows once (F-28, S-126)',
    async () => {
        const p = await register();
        granted(p.answer);
        await sleep(1500);
        const waiting = (await ctl('--json', 'outbox', 'list')).trim().split('\n')
            .map((l) => JSON.parse(l)).filter((m) => m.target === p.email);
        assert.equal(waiting.length, 1);
        assert.equal(waiting[0].state, 'waiting');
        assert.ok(waiting[0].tries >= 1 && waiting[0].error);
        const again = await register({ email: p.email });
        granted(again.answer);
        await up();
        writeFileSync(join(process.env.DOORWARD_SITE, 'etc/clock'), '3600');
        await ctl('outbox', 'run');
        const m = await arrived(p.email);
        writeFileSync(join(process.env.DOORWARD_SITE, 'etc/clock'), '0');
        assert.match(m.text, /^Message-ID: <[^>]+>$/m);
        assert.match(m.text, /^Auto-Submitted: auto-generated$/m);
        await sleep(1000);
        assert.equal(mailsFor(p.email).length, 1);
        const token = /vtoken=([A-Za-z0-9_-]+)/.exec(m.text
            .replace(/=\n/g, '').replaceAll('=3D', '='))[1];
        granted(await call('GET', `${AUTH}/email`,
            { query: { verificationtoken: token } }));
        granted(await login(p));
    });

test('a slow server holds nobody up, and tells nobody who exists (S-018, ' +
    'F-13)', async () => {
        const p = await register();
        granted(p.answer);
        await arrived(p.email);
        server.delay = 5000;
        const times = { known: [], unknown: [] };
        for (let i = 0; i < 20; i++)
            for (const [kind, email] of [['known', p.email],
                ['unknown', address()]]) {
                const from = performance.now();
                granted(await call('POST', `${AUTH}/password`,
                    { json: { email } }));
                times[kind].push(performance.now() - from);
            }
        server.delay = 0;
        const median = (a) => a.sort((x, y) => x - y)[a.length >> 1];
        const known = median(times.known), unknown = median(times.unknown);
        const most = process.env.DOORWARD_SLOW ? 8 : 2;
        assert.ok(known < 1000 && unknown < 1000, `${known} ${unknown}`);
        assert.ok(known / unknown < most && unknown / known < most,
            `${known} ${unknown}`);
    });

test('a refused address becomes a dead letter that can be seen and sent ' +
    'again', async () => {
        await sleep(6000);
        server.refuse = true;
        const p = await register();
        granted(p.answer);
        let dead = [];
        for (let i = 0; i < 100 && dead.length === 0; i++) {
            await sleep(200);
            dead = (await ctl('--json', 'outbox', 'list', '--dead')).trim()
                .split('\n').filter(Boolean).map((l) => JSON.parse(l))
                .filter((m) => m.target === p.email);
        }
        assert.equal(dead.length, 1);
        assert.match(dead[0].error, /550/);
        server.refuse = false;
        await ctl('outbox', 'retry', dead[0].id);
        await ctl('outbox', 'run');
        await arrived(p.email);
    });

// A process that looked a moment ago does not look again.
test('on a quiet site the next answers send what failed before', async () => {
    const site = process.env.DOORWARD_SITE;
    server.busy = true;
    const p = await register();
    granted(p.answer);
    let waits = [];
    for (let i = 0; i < 100 && waits.length === 0; i++) {
        await sleep(200);
        waits = (await ctl('--json', 'outbox', 'list')).trim().split('\n')
            .filter(Boolean).map((l) => JSON.parse(l))
            .filter((m) => m.target === p.email && m.error);
    }
    assert.match(waits[0].error, /451/);
    server.busy = false;
    writeFileSync(join(site, 'etc/clock'), '3600');
    try {
        const then = Date.now() / 1000 - 60;
        utimesSync(join(site, 'state/afterwork.lock'), then, then);
        for (let i = 0; i < 50 && mailsFor(p.email).length === 0; i++) {
            await call('GET', `${AUTH}/account`, {});
            await sleep(300);
        }
        await arrived(p.email);
    } finally {
        writeFileSync(join(site, 'etc/clock'), '0');
    }
});
