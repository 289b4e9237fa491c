// S-126: a mail server that is down, slow, refuses or cuts the line at any
// step of the dialogue.  The request that caused the mail succeeds at once;
// after recovery there is exactly one message, by its Message-ID.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { AUTH, call, granted, login, password, quoted, register } from
    '../http/api.mjs';
import { clock, ctl, kill, number, pidOf, processes, sleep, sql, until } from
    './kills.mjs';

const STAGES = ['greeting', 'ehlo', 'mail', 'rcpt', 'data', 'body', 'dot',
    'quit'];
const REPLY = { greeting: '220 sink.example.com ready', ehlo: '250 ok',
    mail: '250 ok', rcpt: '250 ok', data: '354 go on', dot: '250 taken',
    quit: '221 bye' };

// What the server does, by stage: 'cut', 'hang', or a reply of its own.
const server = { plan: {}, delay: 0, reached: [], got: [] };
const sockets = new Set();
const listener = createServer((s) => {
    let rest = '', data = null, to = [], turn = Promise.resolve();
    const gone = () => sockets.delete(s);
    sockets.add(s);
    s.setEncoding('latin1');
    s.on('error', gone).on('close', gone);
    const at = async (stage) => {
        const what = server.plan[stage];
        server.reached.push(stage);
        if (what === 'hang')
            await new Promise(() => {});
        if (what === 'cut') {
            s.destroy();
            return false;
        }
        if (server.delay)
            await sleep(server.delay);
        if (stage !== 'body' && s.writable)
            s.write(`${what ?? REPLY[stage]}\r\n`);
        return what === undefined;
    };
    const line = async (text) => {
        if (data !== null && text !== '.') {
            if (data.length === 3 && !await at('body'))
                return;
            data.push(text.replace(/^\./, ''));
        } else if (data !== null) {
            // The line may break when the message is taken already.
            const message = { to, text: data.join('\n') };
            data = null;
            if (!/^[45]/.test(server.plan.dot ?? ''))
                server.got.push(message);
            await at('dot');
        } else if (/^(ehlo|helo)/i.test(text)) {
            await at('ehlo');
        } else if (/^mail/i.test(text)) {
            to = [];
            await at('mail');
        } else if (/^rcpt/i.test(text)) {
            if (await at('rcpt'))
                to.push(/<(.*)>/.exec(text)[1]);
        } else if (/^data/i.test(text)) {
            if (await at('data'))
                data = [];
        } else if (/^quit/i.test(text)) {
            await at('quit');
            s.end();
        } else if (s.writable) {
            s.write('250 ok\r\n');
        }
    };
    turn = turn.then(() => at('greeting'));
    s.on('data', (chunk) => {
        rest += chunk;
        for (let end; (end = rest.indexOf('\r\n')) >= 0;) {
            const text = rest.slice(0, end);
            rest = rest.slice(end + 2);
            turn = turn.then(() => s.destroyed || line(text));
        }
    });
});
const up = () => new Promise((done) => listener.listen(
    Number(process.env.DOORWARD_SMTP_PORT), '127.0.0.1', done));
const down = () => new Promise((done) => {
    listener.close(done);
    for (const s of sockets)
        s.destroy();
});
before(up);
after(down);

let shift = 0;
const later = (s) => clock(shift += s);
const settle = (plan = {}, delay = 0) => Object.assign(server,
    { plan, delay, reached: [] });
const row = (email) => sql(`SELECT tries, state, error, HEX(id)
    FROM dw_outbox WHERE target = '${email}'`)[0];
const received = (email) => server.got.filter((m) => m.to.includes(email));
const idOf = (m) => /^Message-ID: (<[^>]+>)$/m.exec(m.text)?.[1];
const distinct = (email) => new Set(received(email).map(idOf));
const quiet = () => until('deliveries end', () => processes().every((p) =>
    p.parent === pidOf('spawner')), 60);
let slowest = 0;

// It says by its exit code that something could not be delivered.
const run = () => ctl('outbox', 'run').catch((e) =>
    assert.match(e.message, /failed [1-9]/));

// The request neither fails nor waits.
async function signUp() {
    const from = performance.now();
    const p = await register();
    granted(p.answer);
    slowest = Math.max(slowest, performance.now() - from);
    return p;
}

async function delivered(email) {
    await until(`mail to ${email}`, async () => {
        await run();
        return !row(email);
    }, 40);
    assert.equal(distinct(email).size, 1, `${email}: ` +
        [...distinct(email)].join());
    assert.ok(!distinct(email).has(undefined));
}

async function works(p) {
    const text = quoted(received(p.email)[0].text);
    granted(await call('GET', `${AUTH}/email`, { query: {
        verificationtoken: /vtoken=([A-Za-z0-9_-]+)/.exec(text)[1] } }));
    granted(await login(p));
}

// Somebody whose first mail came.
async function citizen() {
    const p = await signUp();
    await until('the first mail', () => received(p.email).length > 0);
    await works(p);
    return p;
}

const tally = { tried: 0, held: 0 };
function scene(name, play) {
    test(`S-126: ${name}`, { timeout: 90000 }, async () => {
        tally.tried++;
        await quiet();
        await play();
        tally.held++;
    });
}

for (const stage of STAGES)
    scene(`the line is cut at ${stage}: one mail after recovery`,
        async () => {
            settle({ [stage]: 'cut' });
            const p = await signUp();
            await until('a try', () => server.reached.includes(stage));
            // What has its 250 is delivered, however the line ends.
            const done = stage === 'quit';
            await until('its outcome', () => done ? !row(p.email) :
                Number(row(p.email)?.[0]) > 0 && row(p.email)[2]);
            await quiet();
            assert.equal(received(p.email).length,
                ['dot', 'quit'].includes(stage) ? 1 : 0);
            settle();
            later(200);
            await delivered(p.email);
            assert.equal(received(p.email).length, stage === 'dot' ? 2 : 1);
            await works(p);
        });

for (const stage of STAGES.filter((s) => s !== 'body' && s !== 'quit'))
    scene(`451 at ${stage}: one mail after recovery`, async () => {
        settle({ [stage]: '451 try again later' });
        const p = await signUp();
        await until('its outcome', () => row(p.email)?.[2]);
        assert.equal(row(p.email)[1], '0', 'it waits');
        settle();
        later(200);
        await delivered(p.email);
        assert.equal(received(p.email).length, 1);
    });

// The last word on a mail, or on the set-up?
for (const [stage, dead] of [['greeting', false], ['ehlo', false],
    ['mail', true], ['rcpt', true], ['data', true], ['dot', true]])
    scene(`554 at ${stage}: ${dead ? 'a dead letter, which can be sent ' +
        'again' : 'one mail after recovery'}`, async () => {
        settle({ [stage]: '554 no' });
        const p = await signUp();
        await until('its outcome', () => row(p.email)?.[2]);
        await quiet();
        assert.equal(row(p.email)[1] !== '0', dead, row(p.email).join());
        settle();
        later(200);
        if (dead) {
            await run();
            assert.equal(received(p.email).length, 0);
            await ctl('outbox', 'retry', row(p.email)[3].toLowerCase());
        }
        await delivered(p.email);
        assert.equal(received(p.email).length, 1);
    });

for (const stage of STAGES)
    scene(`the delivery is killed at ${stage}: one mail after its lease`,
        async () => {
            settle({ [stage]: 'hang' });
            const p = await signUp();
            await until('a try', () => server.reached.includes(stage));
            if (stage === 'quit')
                await until('its end', () => !row(p.email));
            for (const q of processes())
                if (q.parent !== pidOf('spawner'))
                    kill(q.pid, 'SIGKILL');
            await quiet();
            settle();
            if (stage !== 'quit') {
                await run();    // the lease holds
                assert.equal(received(p.email).length,
                    stage === 'dot' ? 1 : 0);
            }
            later(200);
            await delivered(p.email);
            await works(p);
        });

scene('5 s for each reply: nobody waits, one mail after recovery',
    async () => {
        settle({}, 5000);
        const p = await signUp();
        const others = await Promise.all(Array.from({ length: 5 }, signUp));
        await until('its outcome', () => row(p.email)?.[2] ||
            received(p.email).length > 0, 60);
        settle();
        await quiet();
        later(400);
        for (const q of [p, ...others]) {
            await delivered(q.email);
            await works(q);
        }
    });

scene('down for an hour, then up: one mail each, none of them stale',
    async () => {
        const known = await citizen();
        await quiet();
        await down();
        const p = await signUp();
        const old = await signUp();
        granted(await call('POST', `${AUTH}/password`,
            { json: { email: known.email } }));
        await until('its outcome', () => row(known.email)?.[2] &&
            row(p.email)?.[2] && row(old.email)?.[2]);
        await quiet();
        // A reset link lives for an hour, and a new one is worth more.
        later(3601);
        await run();
        assert.equal(row(known.email), undefined, 'dropped');
        granted(await call('PUT', `${AUTH}/register`,
            { json: { email: old.email } }));
        await quiet();
        await up();
        later(20000);
        for (let i = 0; i < 3; i++)
            await run();
        assert.equal(received(known.email).length, 1, 'its first mail alone');
        await delivered(p.email);
        await works(p);
        assert.ok(received(old.email).length >= 1);
        assert.equal(distinct(old.email).size, received(old.email).length);
    });

scene('a link that expired while the server was down is not sent',
    async () => {
        await down();
        const p = await signUp();
        await until('its outcome', () => row(p.email)?.[2]);
        await quiet();
        later(86400);
        await up();
        await run();
        assert.equal(row(p.email), undefined);
        assert.equal(received(p.email).length, 0);
    });

scene('24 h without a server: a dead letter, which is kept', async () => {
    const q = await citizen();
    const { access_token: token } = granted(await login(q));
    await quiet();
    await down();
    granted(await call('PUT', `${AUTH}/password/change`, { token, json: {
        oldpassword: password, newpassword: 'violet-harbour-88' } }));
    await until('its outcome', () => row(q.email)?.[2]);
    await quiet();
    later(86401);
    await run();
    const [, state, , id] = row(q.email);
    assert.notEqual(state, '0');
    await up();
    later(20000);
    await run();
    assert.equal(received(q.email).length, 1);
    await ctl('outbox', 'retry', id.toLowerCase());
    await until('delivered', async () => {
        await run();
        return received(q.email).length === 2;
    });
    assert.equal(distinct(q.email).size, 2);
});

test('S-126: every scene ended in one mail, and no request waited', (t) => {
    t.diagnostic(`mail servers: tried ${tally.tried}, held ${tally.held}`);
    t.diagnostic(`slowest sign-up: ${Math.round(slowest)} ms`);
    assert.equal(tally.held, tally.tried);
    assert.ok(slowest < 3000, `${slowest} ms`);
    assert.equal(number('SELECT COUNT(*) FROM dw_outbox'), 0);
    clock(0);
});
