// Gateways of text messages against a stand-in, and what the settings of
// phone numbers change.  Each request is a process of its own (plain CGI), so
// that each may have a configuration of its own; it delivers what it causes
// when it has answered.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { join } from 'node:path';
import { conf, own } from '../../cgi/own.mjs';
import { AUTH, address, base, granted, key, password, phone, shift }
    from '../api.mjs';

const fresh = 'violet-harbour-88';

// ---- the gateway ----

const asked = [];
let behave;
const standIn = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => { body += d; });
    request.on('end', () => {
        asked.push({ method: request.method, url: request.url, body,
            headers: request.headers,
            form: Object.fromEntries(new URLSearchParams(body)) });
        behave(response);
    });
});
before(() => new Promise((done) => standIn.listen(0, '127.0.0.1', done)));
after(() => {
    standIn.closeAllConnections();
    standIn.close();
});
const says = (text, status = 200) => (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(text);
};
const good = says('{"sid":"SM0","status":"queued"}', 201);
async function wait(n) {
    for (let i = 0; i < 150 && asked.length < n; i++)
        await new Promise((done) => setTimeout(done, 100));
    assert.equal(asked.length, n);
    return asked[n - 1];
}

// ---- the caller ----

const text = readFileSync(conf, 'utf8');
// { 'sms.provider': 'http' }: in the place of what the site has.
function settings(changes) {
    const port = standIn.address().port;
    const all = { 'sms.url': `http://127.0.0.1:${port}`,
        'sms.countries': 'all', 'sms.gap_s': 0, 'log.file': join(own, 'log'),
        'outgoing.trusted_hosts': '127.0.0.1', ...changes };
    const sections = new Map();
    let at;
    for (const line of text.split('\n')) {
        const head = /^\[(.*)\]$/.exec(line)?.[1];
        if (head) {
            sections.set(at = head, new Map());
            continue;
        }
        const [, name, value] = /^(\w+) = (.*)$/.exec(line) ?? [];
        if (name)
            sections.get(at).set(name, value);
    }
    for (const [name, value] of Object.entries(all)) {
        const [section, k] = name.split('.');
        if (!sections.has(section))
            sections.set(section, new Map());
        sections.get(section).set(k, value);
    }
    writeFileSync(conf, [...sections].map(([s, list]) => `[${s}]\n` +
        [...list].map(([k, v]) => `${k} = ${v}\n`).join('')).join(''),
    { mode: 0o600 });
    asked.length = 0;
    behave = good;
}
const twilio = (more) => settings({ 'sms.provider': 'twilio',
    'sms.account': 'AC0123', 'sms.token': 't0ken-of-the-gateway',
    'sms.sender': '+12025550100', 'sms.voice': 'yes', ...more });

let count = 0;
function run(method, path, json, { query = {}, token, from } = {}) {
    return new Promise((done) => {
        const input = json ? JSON.stringify(json) : '';
        const search = new URLSearchParams(query).toString();
        const env = { PATH: process.env.PATH, DOORWARD_CONFIG: conf,
            GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1',
            REMOTE_ADDR: from ?? `198.51.${count >> 8}.${++count & 255}`,
            HTTP_HOST: new URL(base).host, REQUEST_METHOD: method,
            REQUEST_URI: AUTH + path + (search && `?${search}`),
            QUERY_STRING: search, HTTP_X_DOORWARD_APIKEY: key,
            ...token && { HTTP_AUTHORIZATION: `Bearer ${token}` },
            ...json && { CONTENT_TYPE: 'application/json',
                CONTENT_LENGTH: String(Buffer.byteLength(input)) } };
        const p = spawn(process.env.DOORWARD_PROGRAM, [], { env });
        let out = '';
        p.stdout.on('data', (d) => { out += d; });
        p.on('close', (code) => {
            assert.equal(code, 0, out);
            const [head, rest] = out.split('\r\n\r\n');
            done({ text: rest, json: JSON.parse(rest),
                status: Number(/^Status: (\d+)/.exec(head)[1]) });
        });
        p.stdin.end(input);
    });
}
const register = (PhoneId, more, options) => run('POST', '/register',
    { ...PhoneId && { PhoneId }, Password: password, ...more }, options);
const prove = (number, otp) => run('PUT', '/phone/otp',
    { phone: number, otp });
const login = (number, options) => run('POST', '/login',
    { phone: number, password }, options);
const resend = (number, options) => run('POST', '/phone/otp',
    { phone: number }, options);
const forgot = (number, options) => run('POST', '/password/otp',
    { phone: number }, options);
const smart = (number) => run('GET', '/login/smartlogin', null,
    { query: { phone: number, clientguid: randomUUID() } });
const change = (token, number, options) => run('PUT', '/phone',
    { phone: number }, { token, ...options });
const code = (a, ErrorCode, status = 403) => {
    assert.equal(a.json.ErrorCode, ErrorCode, a.text);
    assert.equal(a.status, status);
};
const otpOf = (s) => / (\d{6}) /.exec(s)[1];
const wrong = (otp) => otp === '000000' ? '111111' : '000000';
const ctl = (...args) => execFileSync(process.env.DOORWARD_CTL.split(' ')[0],
    ['--config', conf, ...args], { encoding: 'utf8' });
const letters = (number) => ctl('outbox', 'list', '--json').split('\n')
    .filter(Boolean).map((l) => JSON.parse(l)).flat()
    .filter((m) => m.to === number || m.target === number);

async function person() {
    const number = phone(), n = asked.length;
    granted(await register(number));
    const { form } = await wait(n + 1);
    const session = granted(await prove(number, otpOf(form.Body)));
    return { number, token: session.access_token };
}

// ---- delivering ----

test('twilio: a message, with account and token', async () => {
    twilio();
    const number = phone();
    granted(await register(number));
    const got = await wait(1);
    assert.equal(got.method, 'POST');
    assert.equal(got.url, '/2010-04-01/Accounts/AC0123/Messages.json');
    assert.equal(got.headers.authorization, `Basic ${Buffer.from(
        'AC0123:t0ken-of-the-gateway').toString('base64')}`);
    assert.deepEqual(Object.keys(got.form), ['To', 'From', 'Body']);
    assert.equal(got.form.To, number);
    assert.equal(got.form.From, '+12025550100');
    granted(await prove(number, otpOf(got.form.Body)));
    assert.deepEqual(letters(number), []);
});

test('twilio: a messaging service, and a call', async () => {
    twilio({ 'sms.sender': 'MG77' });
    granted(await register(phone()));
    assert.equal((await wait(1)).form.MessagingServiceSid, 'MG77');
    twilio({ 'site.name': 'A&B <C>' });
    granted(await register(phone(), {}, { query: { isvoiceotp: 'true' } }));
    const got = await wait(1);
    assert.equal(got.url, '/2010-04-01/Accounts/AC0123/Calls.json');
    assert.match(got.form.Twiml, new RegExp('^<Response><Say loop="2">A&amp;' +
        'B &lt;C&gt;: your code is \\d(, \\d){5} .*</Say></Response>$'));
});

test('http: values are encoded for a form, for JSON, for an address',
    async () => {
        const name = 'A"B\\C&D=E {{to}} Ü📱';
        const http = { 'sms.provider': 'http', 'site.name': name };
        const number = phone();
        settings({ ...http, 'sms.body': 'n={{to}}&t={{text}}&k={{kind}}' });
        granted(await register(number));
        const form = await wait(1);
        assert.equal(form.form.n, number);
        assert.ok(form.form.t.startsWith(`${name}: your code is `));
        assert.equal(form.form.k, 'sms');
        settings({ ...http, 'sms.content': 'json', 'sms.method': 'PUT',
            'sms.header': 'X-Key: s3cret-of-the-gateway',
            'sms.body': '{"to":["{{to}}"],"text":"{{text}}","id":"{{id}}"}' });
        granted(await resend(number));
        const json = await wait(1);
        assert.equal(json.method, 'PUT');
        assert.equal(json.headers['content-type'], 'application/json');
        assert.equal(json.headers['x-key'], 's3cret-of-the-gateway');
        const body = JSON.parse(json.body);
        assert.deepEqual(body.to, [number]);
        assert.ok(body.text.startsWith(`${name}: your code is `));
        assert.match(body.id, /^[0-9a-f]{32}$/);
        settings({ ...http, 'sms.method': 'GET', 'sms.url': 'http://127.0.0.1:'
            + `${standIn.address().port}/send?to={{to}}&text={{text}}` });
        granted(await resend(number));
        const get = new URL((await wait(1)).url, 'http://x').searchParams;
        assert.equal(get.get('to'), number);
        assert.ok(get.get('text').startsWith(`${name}: your code is `));
        assert.deepEqual([...get.keys()], ['to', 'text']);
    });

test('a gateway that fails is asked again, as long as the code lives (S-126)',
    async () => {
        for (const [i, bad] of [says('', 500), says('', 429), says('', 401),
            says('<html>', 200), says('[1]', 200), says('{"sid":7}', 201),
            (response) => response.destroy()].entries()) {
            twilio();
            behave = bad;
            const number = phone();
            granted(await register(number));
            await wait(1);
            for (let k = 0; k < 50 && !letters(number)[0]?.error; k++)
                await new Promise((done) => setTimeout(done, 100));
            assert.equal(letters(number)[0].state, 'waiting', `${i}`);
            behave = good;
            await shift(15);
            try {
                await new Promise((done) => spawn(
                    process.env.DOORWARD_CTL.split(' ')[0],
                    ['--config', conf, 'outbox', 'run']).on('close', done));
            } finally {
                await shift(0);
            }
            const again = await wait(2);
            assert.equal(again.body, asked[0].body);
            granted(await prove(number, otpOf(again.form.Body)));
            assert.deepEqual(letters(number), []);
        }
    });

test('what the gateway calls wrong is a dead letter', async () => {
    twilio();
    behave = says('{"code":21211}', 400);
    const number = phone();
    granted(await register(number));
    await wait(1);
    for (let k = 0; k < 50 && letters(number)[0]?.state !== 'dead'; k++)
        await new Promise((done) => setTimeout(done, 100));
    assert.match(letters(number)[0].error, /answered 400/);
});

test('http: an answer without what is expected is a failure', async () => {
    settings({ 'sms.provider': 'http', 'sms.expect': 'OK' });
    behave = says('ERR no money');
    const number = phone();
    granted(await register(number));
    await wait(1);
    for (let k = 0; k < 50 && !letters(number)[0]?.error; k++)
        await new Promise((done) => setTimeout(done, 100));
    assert.equal(letters(number)[0].state, 'waiting');
});

test('a gateway that is slow or down keeps nobody waiting (S-126)',
    async () => {
        twilio();
        behave = () => { };
        const began = Date.now(), number = phone();
        granted(await register(number));
        await wait(1);
        settings({ 'sms.provider': 'http', 'sms.url': 'http://127.0.0.1:9/' });
        const other = phone();
        granted(await register(other));
        assert.ok(Date.now() - began < 5000);
        for (let k = 0; k < 200 && !letters(number)[0]?.error; k++)
            await new Promise((done) => setTimeout(done, 100));
        assert.equal(letters(number)[0].state, 'waiting');
        assert.ok(Date.now() - began < 15000);
    });

test('a gateway is at a public address, over TLS, unless listed (S-128)',
    async () => {
        twilio({ 'outgoing.trusted_hosts': '' });
        // A delivery that runs goes on by the settings that it began with.
        let error = '';
        for (let tries = 0; tries < 5 && !/trusted_hosts/.test(error);
            tries++) {
            const number = phone();
            granted(await register(number));
            for (let k = 0; k < 50 && !letters(number)[0]?.error; k++)
                await new Promise((done) => setTimeout(done, 100));
            error = letters(number)[0].error;
        }
        assert.match(error, /trusted_hosts/);
        assert.equal(asked.length, 0);
    });

// ---- what the settings change ----

test('without a provider: 1071; without calls: 1281', async () => {
    twilio();
    const p = await person(), open = phone();
    granted(await register(open));
    settings({ 'sms.provider': 'off', 'lifetime.phone_code_s': 60 });
    await shift(400);
    try {
        for (const a of [await register(phone()), await resend(phone()),
            await forgot(phone()), await change(p.token, phone()),
            await smart(p.number), await smart(phone()), await login(open), await run('GET', '/account/otp', null,
                { token: p.token }), await run('PUT', '/account',
                { PhoneId: phone() }, { token: p.token })])
            code(a, 1071);
        granted(await login(p.number));
    } finally {
        await shift(0);
    }
    twilio({ 'sms.voice': 'no' });
    const query = { isvoiceotp: 'true' };
    for (const a of [await register(phone(), {}, { query }),
        await resend(phone(), { query }), await forgot(phone(), { query }),
        await change(p.token, phone(), { query }),
        await run('GET', '/account/otp', null, { token: p.token, query })])
        code(a, 1281);
});

test('the day of the site: 1149 (S-024)', async () => {
    twilio();
    const p = await person();
    twilio({ 'sms.site_per_day': 1 });
    for (const a of [await register(phone()), await resend(phone()),
        await forgot(p.number), await change(p.token, phone()),
        await smart(p.number), await smart(phone()),
        await run('GET', '/account/otp', null, { token: p.token })])
        code(a, 1149);
});

test('without phone numbers: 1074', async () => {
    twilio();
    const p = await person();
    twilio({ 'login.phone': 'no' });
    const number = phone();
    for (const a of [await register(number), await resend(number),
        await forgot(number), await change(p.token, number),
        await login(p.number), await prove(number, '123456'),
        await run('GET', '/phone', null, { query: { phone: number } }),
        await run('PUT', '/phone/otp', { otp: '123456' },
            { token: p.token }),
        await run('POST', '/phone/otp', {}, { token: p.token }),
        await run('PUT', '/password/otp', { phone: number, otp: '123456',
            password: fresh }), await run('PUT', '/account',
            { PhoneId: number }, { token: p.token })])
        code(a, 1074);
});

test('numbers alone: 1076, and 909 without look-ups', async () => {
    twilio({ 'login.email': 'no', 'availability.enabled': 'no' });
    code(await register(null), 1076, 400);
    code(await run('GET', '/phone', null, { query: { phone: phone() } }),
        909);
    granted(await register(phone(), { Email: [{ Type: 'Primary',
        Value: address() }] }));
    await wait(1);
});

test('the optional flow: in at once, proof when it pleases', async () => {
    twilio({ 'registration.phone_verification': 'optional' });
    const number = phone();
    const { Data } = granted(await register(number));
    assert.equal(Data.Profile.PhoneId, number);
    assert.equal(Data.Profile.PhoneIdVerified, false);
    granted(await login(number));
    code(await register(number), 1058);
    const { form } = await wait(1);
    granted(await run('PUT', '/phone/otp', { otp: otpOf(form.Body) },
        { token: Data.access_token }));
    const quiet = phone();
    granted(await register(quiet, {}, { query: {
        options: 'preventverificationsms' } }));
    const query = { options: 'preventverificationsms' };
    granted(await run('PUT', '/account', { PhoneId: phone() },
        { token: Data.access_token, query }));
    assert.equal(asked.length, 1);
});

test('the required flow sends the code again, unless asked not to',
    async () => {
        twilio();
        const number = phone();
        granted(await register(number));
        await wait(1);
        await shift(400);
        try {
            code(await login(number, { query: {
                options: 'preventverificationsms' } }), 1066);
            assert.equal(asked.length, 1);
            code(await login(number), 1066);
            await wait(2);
            code(await login(number), 1066);
            assert.equal(asked.length, 2);
        } finally {
            await shift(0);
        }
    });

test('the disabled flow: numbers count as they are typed', async () => {
    twilio({ 'registration.phone_verification': 'disabled' });
    const number = phone(), next = phone();
    const { Data } = granted(await register(number));
    const token = Data.access_token;
    assert.deepEqual(granted(await change(token, next)), { IsPosted: true });
    assert.deepEqual(granted(await change(token, next)), { IsPosted: true });
    granted(await login(next));
    code(await login(number), 966, 401);
    const other = granted(await register(number)).Data.access_token;
    code(await change(other, next), 1058);
    const all = await Promise.all([token, other].flatMap((t) =>
        Array(5).fill(t)).map((t) => change(t, '+12025550177')));
    assert.ok(all.every((a) => a.status < 500));
    const owners = await Promise.all([token, other].map((t) =>
        run('GET', '/account', null, { token: t })));
    assert.equal(owners.filter((a) =>
        a.json.PhoneId === '+12025550177').length, 1);
    assert.equal(asked.length, 0);
});

test('compat: the documented codes of existence', async () => {
    twilio();
    const p = await person(), open = phone();
    granted(await register(open));
    const { form } = await wait(2);
    const reveal = { 'compat.reveal_account_existence': 'yes' };
    twilio(reveal);
    code(await resend(phone()), 1043);
    code(await resend(p.number), 1073);
    code(await forgot(phone()), 1043);
    code(await forgot(open), 1066);
    code(await prove(phone(), '123456'), 1043);
    code(await prove(p.number, '123456'), 1073);
    code(await prove(open, wrong(otpOf(form.Body))), 1067);
    code(await login(phone()), 938);
    code(await register(p.number), 1058);
    twilio({ ...reveal, 'sms.per_hour': 1 });
    granted(await forgot(p.number).then((a) => a.status === 200 ? a :
        forgot(p.number).then(() => ({ ...a, status: 200 }))));
    code(await forgot(p.number), 1123);
});

test('15 tries an hour, then no more codes: 1179 (F-19)', async () => {
    twilio({ 'sms.per_hour': 100, 'sms.per_day': 100 });
    const p = await person();
    const ask = () => run('GET', '/account/otp', null, { token: p.token });
    const remove = (otp) => run('POST', '/account/delete', { otp },
        { token: p.token });
    const next = phone();
    for (let i = 0; i < 3; i++) {
        granted(await ask());
        granted(await change(p.token, next));
        const n = asked.length;
        await wait(3 + 2 * i);
        const last = (to) => otpOf(asked.findLast((a) =>
            a.form.To === to).form.Body);
        for (let k = 0; k < 5; k++) {
            code(await remove(wrong(last(p.number))), 1067);
            code(await run('PUT', '/phone/otp', { otp: wrong(last(next)) },
                { token: p.token }), 1067);
        }
        assert.ok(n >= 1);
    }
    code(await ask(), 1179);
    code(await change(p.token, next), 1179);
    code(await run('POST', '/phone/otp', {}, { token: p.token }), 1179);
});

test('an account that is blocked', async () => {
    twilio();
    const p = await person(), q = phone();
    granted(await register(q));
    const { form } = await wait(2);
    for (const number of [p.number, q])
        ctl('user', 'disable', number);
    code(await login(p.number), 991);
    granted(await forgot(p.number));
    granted(await resend(q));
    code(await prove(q, otpOf(form.Body)), 1067);
    assert.equal(asked.length, 2);
    twilio({ 'compat.reveal_account_existence': 'yes' });
    code(await forgot(p.number), 991);
    code(await resend(q), 991);
    code(await prove(q, otpOf(form.Body)), 991);
});

test('no secret of a gateway is in the log (S-129)', () => {
    const log = readFileSync(join(own, 'log'), 'utf8');
    assert.ok(log.includes('"sms_delayed"') && log.includes('"sms_dead"'));
    for (const s of ['t0ken-of-the-gateway', 's3cret-of-the-gateway'])
        assert.ok(!log.includes(s));
    assert.ok(!/your code is/.test(log));
});
