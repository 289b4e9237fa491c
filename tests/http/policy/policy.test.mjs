// The password policy on every way to a new password: rules, lists, breaches.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import { AUTH, call, granted, login, mail, mails, password, person, refused,
    register, shift, signedIn } from '../api.mjs';
import { change, forgot, good, part, resetBy, settings, userName,
    visitor, ways, withoutPassword } from './site.mjs';

const site = process.env.DOORWARD_SITE;

afterEach(async () => {
    settings();
    await shift(0);
});

// A session, a user name, and how many mails there are already.
async function member(body) {
    const username = userName();
    const p = await signedIn({ body: { UserName: username, ...body } });
    return { ...p, username, mails: (await mails(p.email)).length };
}

// ---- the range service ----

const asked = [];
let listed = [];
let behave;
const sum = (word) => createHash('sha1').update(word).digest('hex')
    .toUpperCase();
function range(request, response) {
    const prefix = request.url.split('/').pop();
    const lines = [`${'0018A45C4D1DEF81644B54AB7F969B88D65'}:1`,
        ...listed.map(sum).filter((s) => s.startsWith(prefix))
            .map((s) => `${s.slice(5)}:3303003`),
        // padding: a sum that is asked for is none for that
        ...['never-listed-41'].map(sum).filter((s) => s.startsWith(prefix))
            .map((s) => `${s.slice(5)}:0`)];
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.end(lines.join('\r\n'));
}
const standIn = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers,
        method: request.method });
    behave(request, response);
});
before(() => new Promise((done) => standIn.listen(0, '127.0.0.1', done)));
after(() => {
    standIn.closeAllConnections?.();
    standIn.close();
});
function service(more, port = standIn.address().port) {
    behave = range;
    asked.length = 0;
    return { 'password.breach_url': `http://127.0.0.1:${port}/range/`,
        'outgoing.trusted_hosts': `127.0.0.1:${port}`, ...more };
}

function logged() {
    return readFileSync(join(site, 'log/doorward.log'), 'utf8').split('\n')
        .filter(Boolean).map((line) => JSON.parse(line));
}

// ---- rules ----

const RULES = { 'password.rules': 'min_length[12]|custom_validation[[A-Z]###' +
    'Use a capital letter.]|custom_validation[\\d###Use a digit.]' };

for (const [name, way] of Object.entries(ways))
    test(`${name}: 1134 tells each rule, 1216 lists, 1315 breaches`,
        async () => {
            const p = ['RG1', 'A2'].includes(name) ? {} : await member();
            let a = await way('violet-b', RULES, p);
            refused(a, 1134, 403);
            assert.deepEqual(a.json.Errors, [
                { FieldName: 'password',
                    ErrorMessage: 'Use at least 12 characters.' },
                { FieldName: 'password',
                    ErrorMessage: 'Use a capital letter.' },
                { FieldName: 'password', ErrorMessage: 'Use a digit.' }
            ]);
            refused(await way('SunShine12', {}, p), 1216, 403);
            refused(await way('password1', {}, p), 1216, 403);
            listed = [good];
            refused(await way(good, service(), p), 1315, 403);
            listed = [];
            a = granted(await way(good, service(RULES_MET), p));
            assert.equal(asked.length, 1);
            assert.ok(a.IsPosted, JSON.stringify(a));
        });
const RULES_MET = { 'password.rules': 'min_length[12]|alpha_dash' };

test('a preset asks for its rules and its history', async () => {
    settings({ 'password.preset': 'medium' });
    const a = (await register()).answer;
    refused(a, 1134, 403);
    assert.deepEqual(a.json.Errors.map((e) => e.ErrorMessage),
        ['Use a capital letter.']);
    const p = await register({ body: { Password: 'Violet-harbour-88' } });
    granted(p.answer);
});

test('whatever the rules say, 64 characters are taken (S-002)', async () => {
    settings({ 'password.rules': 'required|max_length[20]|exact_length[8]' });
    const long = 'violet-harbour-'.repeat(5).slice(0, 64);
    granted((await register({ body: { Password: long } })).answer);
    const a = (await register({ body: { Password: `${long}x` } })).answer;
    refused(a, 1134, 403);
    assert.equal(a.json.Errors[0].ErrorMessage,
        'Use at most 64 characters.');
});

test('passwords of the profile are refused on every way (S-004)',
    async () => {
        const body = { FirstName: 'Mirabella', MiddleName: 'Corvinia',
            LastName: 'Quistgaard', NickName: 'Mirabellina',
            BirthDate: '04/21/1990' };
        const words = ['mirabella-quistgaard', 'Corvinia', 'quistgaard',
            'MirabellinA', '04-21-1990', '21041990', '1990/04/21'];
        for (const Password of words)
            refused((await register({ body: { ...body, Password } })).answer,
                1216, 403);
        const p = await member(body);
        const local = p.email.split('@')[0];
        granted(await forgot(p));
        const { token } = await mail(p.email, p.mails + 1);
        for (const word of [...words, p.username, p.email, `my ${local} 7`]) {
            refused(await change(p, word), 1216, 403);
            refused(await resetBy({ resettoken: token, password: word }),
                1216, 403);
        }
        granted(await resetBy({ resettoken: token, password: good }));
    });

test('A2: the names of the same body are no password (S-004)', async () => {
    const p = await withoutPassword();
    const update = (json) => call('PUT', `${AUTH}/account`,
        { token: p.token, json });
    refused(await update({ FirstName: 'Mirabella', Password: 'mirabella' }),
        1216, 403);
    granted(await update({ FirstName: 'Mirabella', Password: good }));
    assert.equal(granted(await login(p, good)).Profile.IsSecurePassword,
        true);
});

// ---- the range service, as it behaves ----

test('the service learns five digits of a hash, and nothing else (S-004)',
    async () => {
        listed = [good];
        settings(service());
        refused((await register({ body: { Password: good } })).answer, 1315,
            403);
        assert.equal(asked.length, 1);
        const { method, url, headers } = asked[0];
        assert.equal(method, 'GET');
        assert.equal(url, `/range/${sum(good).slice(0, 5)}`);
        assert.equal(headers['add-padding'], 'true');
        assert.ok(!JSON.stringify(asked).includes(sum(good).slice(5)));
        granted((await register({ body: { Password: 'never-listed-41' } }))
            .answer);
    });

test('a service that is down, slow or answers rubbish locks nobody out ' +
    '(S-004)', async () => {
    const sick = {
        down: () => {},
        error: (request, response) => {
            response.writeHead(503);
            response.end('0018A45C4D1DEF81644B54AB7F969B88D65:1');
        },
        rubbish: (request, response) => response.end('<!doctype html>'),
        empty: (request, response) => response.end(),
        cut: (request, response) => {
            response.writeHead(200, { 'Content-Length': 100 });
            response.write(`${sum(good).slice(5)}:1`);
            response.socket.end();
        },
        redirect: (request, response) => {
            response.writeHead(302, { Location: '/range/' });
            response.end();
        },
        endless: (request, response) => {
            const timer = setInterval(() =>
                response.write(`${'0'.repeat(35)}:1\r\n`.repeat(500)), 1);
            response.on('close', () => clearInterval(timer));
        },
        slow: (request, response) => {
            const timer = setTimeout(() => response.end(), 4000);
            response.on('close', () => clearTimeout(timer));
        }
    };
    listed = [good];
    for (const [name, how] of Object.entries(sick)) {
        settings(name === 'down' ? service({}, 9) : service());
        behave = how;
        const lines = logged().length;
        const start = Date.now();
        granted((await register({ body: { Password: good } })).answer);
        const took = Date.now() - start;
        assert.ok(took < (name === 'slow' ? 3500 : 3000), `${name}: ${took}`);
        const told = logged().slice(lines).filter((l) =>
            l.event === 'breach');
        assert.equal(told.length, 1, name);
        assert.equal(told[0].level, 'warn');
        assert.doesNotMatch(JSON.stringify(told), new RegExp(good));
    }
});

// ---- at sign-in ----

test('a service alone is not asked at sign-in', async () => {
    const p = await person();
    listed = [password];
    settings(service());
    const a = granted(await login(p));
    assert.equal(a.Profile.IsPasswordBreached, false);
    assert.equal(asked.length, 0);
});

test('record: the profile says that the password leaked', async () => {
    const p = await person();
    listed = [password];
    settings(service({ 'password.breached_at_login': 'record' }));
    refused(await login(p, 'wrong-one-1'), 966, 401);
    assert.equal(asked.length, 0);
    const a = granted(await login(p));
    assert.equal(a.Profile.IsPasswordBreached, true);
    granted(await login(p));
    assert.equal(asked.length, 1, 'asked again for what is known');
    const b = granted(await call('GET', `${AUTH}/account`,
        { token: a.access_token }));
    assert.equal(b.IsPasswordBreached, true);
    listed = [];
    granted(await change({ token: a.access_token }, good));
    assert.equal(granted(await login(p, good)).Profile.IsPasswordBreached,
        false);
});

test('notify: one mail, without a secret', async () => {
    const p = await person();
    const n = (await mails(p.email)).length;
    listed = [password];
    settings(service({ 'password.breached_at_login': 'notify' }));
    granted(await login(p));
    granted(await login(p));
    const m = await mail(p.email, n + 1);
    assert.match(m.subject, /known from a data breach/);
    assert.equal(m.token, undefined);
    granted(await login(p));
    assert.equal((await mails(p.email)).length, n + 1);
});

test('reset: 1316 with a mail, then 1317, until it is reset', async () => {
    const p = await person();
    const n = (await mails(p.email)).length;
    listed = [password];
    settings(service({ 'password.breached_at_login': 'reset' }));
    refused(await login(p), 1316, 403);
    refused(await login(p), 1317, 403);
    const m = await mail(p.email, n + 1);
    assert.match(m.text, /data breach/);
    refused(await resetBy({ resettoken: m.token, password }), 1015, 403);
    granted(await resetBy({ resettoken: m.token, password: good }));
    const a = granted(await login(p, good));
    assert.equal(a.Profile.IsPasswordBreached, false);
});

test('LG2: by user name as by address', async () => {
    const username = userName();
    const p = await person({ body: { UserName: username } });
    const byName = () => call('POST', `${AUTH}/login`, { from: p.from,
        json: { username, password } });
    granted(await byName());
    listed = [password];
    settings(service({ 'password.breached_at_login': 'reset' }));
    refused(await byName(), 1316, 403);
    refused(await byName(), 1317, 403);
});

test('a file of sums is looked at, and recorded by default (S-004)',
    async () => {
        const file = join(site, 'etc/sums');
        writeFileSync(file, [password, good].map(sum).sort()
            .map((s) => `${s}:12\r\n`).join(''));
        const p = await person();
        settings({ 'password.breach_file': file });
        refused((await register()).answer, 1315, 403);
        const a = granted(await login(p));
        assert.equal(a.Profile.IsPasswordBreached, true);
        refused(await change({ token: a.access_token }, good), 1315, 403);
        granted(await change({ token: a.access_token },
            'amber-lantern-93'));
    });

// ---- rules of today, and expiry ----

test('signing in tells whether the password meets the rules of today',
    async () => {
        const p = await person();
        assert.equal(granted(await login(p)).Profile.IsSecurePassword, true);
        settings({ 'password.rules': 'min_length[30]' });
        refused(await login(p, 'wrong-one-1'), 966, 401);
        const a = granted(await login(p));
        assert.equal(a.Profile.IsSecurePassword, false);
        assert.equal(granted(await call('GET', `${AUTH}/account`,
            { token: a.access_token })).IsSecurePassword, false);
        settings({ 'password.judge_on_login': 'no' });
        assert.equal(granted(await login(p)).Profile.IsSecurePassword,
            false);
        settings();
        assert.equal(granted(await login(p)).Profile.IsSecurePassword, true);
    });

const DAY = 86400;

test('flag: an expired password shows in the profile and signs in',
    async () => {
        const p = await person();
        settings({ 'password.expires_days': 30 });
        const { Profile } = granted(await login(p));
        assert.equal(Date.parse(Profile.PasswordExpirationDate) -
            Date.parse(Profile.LastPasswordChangeDate), 30 * DAY * 1000);
        await shift(31 * DAY);
        granted(await login(p));
    });

test('block: an expired password gives 1317 and the mail of a reset',
    async () => {
        const p = await person();
        const n = (await mails(p.email)).length;
        settings({ 'password.expires_days': 30,
            'password.expiry_action': 'block' });
        await shift(29 * DAY);
        granted(await login(p));
        await shift(31 * DAY);
        refused(await login(p), 1317, 403);
        refused(await login(p), 1317, 403);
        const m = await mail(p.email, n + 1);
        assert.match(m.text, /has expired/);
        assert.equal((await mails(p.email)).length, n + 1);
        granted(await resetBy({ resettoken: m.token, password: good }));
        granted(await login(p, good));
    });

// ---- pages ----

const SPECIAL = { 'password.rules': 'min_length[14]|custom_validation[' +
    '[A-Z]###Use a capital letter, "A" to <Z>.]' };
const HINT = 'At least 14 characters. Use a capital letter, &quot;A&quot; ' +
    'to &lt;Z&gt;. A few unrelated words make a good password.';
const html = (s) => s.replaceAll('&#34;', '&quot;');

test('pages: the rules stand beside the field, and so does what failed',
    async () => {
        const ask = visitor();
        settings(SPECIAL);
        let a = await ask('GET', '/signup');
        assert.equal(html(part(a, 'new_password-hint')), HINT);
        assert.equal(part(a, 'new_password-error'), undefined);
        a = await ask('POST', '/signup', { email: 'mira@example.com',
            new_password: 'violet-77', form_token: a.token });
        assert.equal(a.status, 403);
        assert.equal(html(part(a, 'new_password-error')),
            'Use at least 14 characters. Use a capital letter, ' +
            '&quot;A&quot; to &lt;Z&gt;.');
        assert.match(a.text, /aria-describedby="new_password-hint new_password-error"/);
        assert.doesNotMatch(a.text, /violet-77/);
        settings();
        a = await ask('GET', '/signup');
        assert.equal(part(a, 'new_password-hint'), 'At least 8 characters. ' +
            'A few unrelated words make a good password.');
    });

test('pages: a reset and a change show rules and errors', async () => {
    const p = await person();
    const n = (await mails(p.email)).length;
    granted(await forgot(p));
    const { token } = await mail(p.email, n + 1);
    settings(SPECIAL);
    const ask = visitor();
    let a = await ask('GET', `/reset?vtype=reset&vtoken=${token}`);
    assert.equal(html(part(a, 'new_password-hint')), HINT);
    a = await ask('POST', '/reset', { vtoken: token, form_token: a.token,
        new_password: 'violet-harbour-88' });
    assert.match(part(a, 'new_password-error'), /^Use a capital letter/);
    listed = ['Violet-harbour-88'];
    settings(service(SPECIAL));
    a = await ask('POST', '/reset', { vtoken: token, form_token: a.token,
        new_password: 'Violet-harbour-88' });
    assert.match(part(a, 'new_password-error'), /known from a data breach/);
    a = await ask('POST', '/reset', { vtoken: token, form_token: a.token,
        new_password: 'Amber-lantern-93' });
    assert.equal(a.status, 303, a.text);

    a = await ask('GET', '/login');
    a = await ask('POST', '/login', { identifier: p.email,
        password: 'Amber-lantern-93', form_token: a.token });
    assert.equal(a.status, 303, a.text);
    a = await ask('GET', '/account/password');
    assert.equal(html(part(a, 'new_password-hint')), HINT);
    a = await ask('POST', '/account/password', { form_token: a.token,
        password: 'Amber-lantern-93', new_password: 'Sunshine' });
    assert.match(part(a, 'new_password-error') ?? a.text,
        /at least 14 characters/);
});

test('pages: a leaked or expired password is told at sign-in', async () => {
    const p = await person();
    const other = await person();
    const ask = visitor();
    listed = [password];
    settings(service({ 'password.breached_at_login': 'reset' }));
    const form = { identifier: p.email, password };
    let a = await ask('GET', '/login');
    a = await ask('POST', '/login', { ...form, form_token: a.token });
    assert.equal(a.status, 403);
    assert.match(a.text, /role="alert">\s*<p>Your password is known from a data breach/);
    assert.match(a.text, /choose a new password/);
    a = await ask('POST', '/login', { ...form, form_token: a.token });
    assert.match(a.text, /Choose a new password first/);
    settings({ 'password.expires_days': 1,
        'password.expiry_action': 'block' });
    await shift(2 * DAY);
    a = await ask('GET', '/login');
    a = await ask('POST', '/login', { identifier: other.email, password,
        form_token: a.token });
    assert.equal(a.status, 403);
    assert.match(a.text, /Choose a new password first\. We have sent a message/);
});

test('rules that cannot be read leave the running site as it was',
    async () => {
        const lines = logged().length;
        settings({ 'password.rules': 'custom_validation[^(?=.*\\d)###x]' });
        granted((await register()).answer);
        assert.ok(logged().slice(lines).some((l) => l.event === 'config' &&
            l.level === 'error' && /password\.rules/.test(l.text)));
    });
