// Smart login by the API: a device asks, another one answers, and the first
// one collects its session once (LG21 to LG25).
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { AUTH, address, base, call, granted, guid, key, login, mail, mails,
    nowhere, password, person, phone, refused, register, shift, sms, smsCode,
    setCookies, sott, texts } from '../api.mjs';
import { request } from '../wire.mjs';

const fresh = () => randomBytes(16).toString('base64url');
const ask = (who, device, more = {}) => call('GET',
    `${AUTH}/login/smartlogin`, { query: { ...who, clientguid: device,
        ...more.query }, ...more.options });
const confirm = (verificationtoken, number, more = {}) => call('GET',
    `${AUTH}/email/smartlogin`, { query: { verificationtoken,
        ...number !== undefined && { number } }, ...more });
const pingOnce = (clientguid, more = {}) => call('GET',
    `${AUTH}/login/smartlogin/ping`, { query: { clientguid }, ...more });

// One that is not too early.
async function ping(device, more) {
    for (let i = 0; i < 30; i++) {
        const a = await pingOnce(device, more);
        if (a.status !== 429)
            return a;
        assert.match(a.headers.get('retry-after'), /^1$/);
        await new Promise((done) => setTimeout(done, 200));
    }
    return assert.fail('always too early');
}

async function owner() {
    const number = phone();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`,
        { json: { phone: number, otp: await smsCode(number) } }));
    return { number };
}

const link = async (p, n) => new URL((await mail(p.email, n)).link);
async function asked(p, n, who = { email: p.email }) {
    const device = fresh();
    const { Data } = granted(await ask(who, device));
    assert.match(Data.Number, /^\d\d$/);
    const { searchParams } = await link(p, n);
    assert.equal(searchParams.get('vtype'), 'autologin');
    return { device, number: Data.Number,
        token: searchParams.get('vtoken') };
}

test('LG21, LG24, LG25: a confirmed device collects its session once ' +
    '(S-040)', async () => {
    const p = await person();
    const d = await asked(p, 2);
    refused(await ping(d.device), 1139, 403);
    const none = await confirm(d.token);
    refused(none, 1134, 403);
    assert.equal(none.json.Errors[0].FieldName, 'number');
    refused(await ping(d.device), 1139, 403);
    assert.deepEqual(granted(await confirm(d.token, d.number)),
        { IsPosted: true, IsVerified: true });
    refused(await confirm(d.token, d.number), 1138, 403);
    const s = granted(await ping(d.device));
    assert.match(s.access_token, guid);
    assert.match(s.refresh_token, guid);
    assert.equal(s.Profile.Email[0].Value, p.email);
    assert.equal(s.Profile.NoOfLogins, 1);
    refused(await ping(d.device), 1140, 403);
    refused(await confirm(d.token, d.number), 1137, 403);
    assert.equal(granted(await login(p)).Profile.NoOfLogins, 2);
});

test('LG22: by user name; LG24 and LG25 by POST', async () => {
    const username = `u${randomBytes(5).toString('hex')}`;
    const p = await person({ body: { UserName: username } });
    const d = await asked(p, 2, { username });
    granted(await call('POST', `${AUTH}/email/smartlogin`,
        { json: { vtoken: d.token, number: d.number } }));
    granted(await call('POST', `${AUTH}/login/smartlogin/ping`,
        { json: { clientguid: d.device } }));
});

test('LG23: by number, which must be proven', async () => {
    const p = await owner();
    const device = fresh(), all = await texts(p.number);
    const { Data } = granted(await ask({ phone: p.number }, device));
    const text = await sms(p.number, all.length + 1);
    const url = /https?:\/\/\S*vtoken=[A-Za-z0-9_-]+/.exec(text)[0];
    granted(await confirm(new URL(url).searchParams.get('vtoken'),
        Data.Number));
    granted(await ping(device));
    refused(await ask({ phone: '12' }, fresh()), 1096, 400);
    refused(await ask({ phone: '+3197010280000' }, fresh()), 1072, 403);
    const unproven = phone(), waits = fresh();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: unproven, Password: password } }));
    granted(await ask({ phone: unproven }, waits));
    refused(await ping(waits), 1139, 403);
});

test('a guid: missing, without form, used before, foreign (S-040)',
    async () => {
        const p = await person();
        const who = { email: p.email };
        for (const bad of ['', 'b7Kq0ZpT4mWx9Lc', 'a'.repeat(32),
            'x'.repeat(129), 'b7Kq0ZpT 4mWx9LcR', 'b7Kq0ZpT4mWx9Lc\u00e4']) {
            const a = await ask(who, bad);
            refused(a, 908, 400);
            assert.match(a.json.Description, /clientguid/);
            refused(await pingOnce(bad), 908, 400);
        }
        const d = await asked(p, 2);
        refused(await ask(who, d.device), 1136, 403);
        refused(await ask({ email: address() }, d.device), 1136, 403);
        await shift(601);
        refused(await ask(who, d.device), 1136, 403);
        refused(await pingOnce(d.device), 1140, 403);
        refused(await confirm(d.token, d.number), 975, 403);
        await shift(0);
        refused(await pingOnce(fresh()), 1140, 403);
        refused(await pingOnce(nowhere), 1140, 403);
    });

test('whether there is an account shows in nothing (S-018)', async () => {
    const p = await person();
    const blank = (a) => a.text.replace(/"Number":"\d\d"/, '');
    const nobody = address(), device = fresh();
    const a = await ask({ email: nobody }, device);
    const b = await ask({ email: p.email }, fresh());
    assert.equal(a.status, 200);
    assert.equal(blank(a), blank(b));
    await mail(p.email, 2);
    assert.equal((await mails(nobody)).length, 0);
    refused(await ping(device), 1139, 403);
    await shift(580);
    refused(await pingOnce(device), 1139, 403);
    await shift(601);
    refused(await pingOnce(device), 1140, 403);
    await shift(0);
    granted(await ask({ username: 'nobody-of-that-name' }, fresh()));
    granted(await ask({ phone: phone() }, fresh()));
});

test('20 parallel pings give one session (S-040)', async () => {
    const p = await person();
    const d = await asked(p, 2);
    granted(await confirm(d.token, d.number));
    const all = await Promise.all(Array.from({ length: 20 },
        () => pingOnce(d.device)));
    assert.equal(all.filter((a) => a.status === 200).length, 1);
    for (const a of all.filter((b) => b.status !== 200))
        assert.ok(a.json.ErrorCode === 1140 || a.status === 429, a.text);
    refused(await ping(d.device), 1140, 403);
    assert.equal(granted(await login(p)).Profile.NoOfLogins, 2);
});

test('pings have an interval: too early is 429 with Retry-After (S-040)',
    async () => {
        const p = await person();
        const d = await asked(p, 2);
        const all = await Promise.all([1, 2, 3, 4].map(() =>
            pingOnce(d.device)));
        const early = all.filter((a) => a.status === 429);
        assert.ok(early.length >= 2, all.map((a) => a.status).join());
        for (const a of early) {
            refused(a, 429, 429);
            assert.equal(a.headers.get('retry-after'), '1');
        }
    });

test('a wrong number refuses the device for good (S-040)', async () => {
    const p = await person();
    const d = await asked(p, 2);
    const other = d.number === '42' ? '43' : '42';
    const a = await confirm(d.token, other);
    refused(a, 1134, 403);
    assert.equal(a.json.Errors[0].FieldName, 'number');
    refused(await ping(d.device), 1140, 403);
    refused(await confirm(d.token, d.number), 1137, 403);
});

test('a newer request voids the older link and its device (S-031)',
    async () => {
        const p = await person();
        const old = await asked(p, 2), now = await asked(p, 3);
        refused(await ping(old.device), 1139, 403);     // for nothing
        refused(await confirm(old.token, old.number), 1063, 403);
        granted(await confirm(now.token, now.number));
        granted(await ping(now.device));
    });

test('tokens: unknown, malformed, of another purpose (S-029)', async () => {
    const r = await register();
    granted(r.answer);
    const { token } = await mail(r.email);
    for (const bad of ['x', 'x'.repeat(43), token])
        refused(await confirm(bad, '42'), 1063, 403);
    refused(await confirm('', '42'), 908, 400);
    const p = await person();
    const d = await asked(p, 2);
    refused(await call('GET', `${AUTH}/email`,
        { query: { verificationtoken: d.token } }), 973, 403);
    granted(await confirm(d.token, d.number));
});

test('HEAD and navigation neither confirm nor collect (S-037)', async () => {
    const p = await person();
    const d = await asked(p, 2);
    const url = '/smart/confirm?vtype=autologin&vtoken=';
    for (let i = 0; i < 3; i++) {
        const seen = await call('GET', url + d.token, { judge: false,
            headers: { 'X-Doorward-ApiKey': null }, from: null });
        assert.equal(seen.status, 200);
        assert.ok(!seen.headers.getSetCookie().some((c) =>
            /doorward=/.test(c)));
    }
    await call('HEAD', url + d.token, { judge: false });
    const navigate = (path, query) => request('GET', `${AUTH}${path}?` +
        new URLSearchParams({ apikey: key, ...query }),
    ['Sec-Fetch-Mode: navigate']);
    assert.equal((await navigate('/email/smartlogin',
        { verificationtoken: d.token, number: d.number })).status, 400);
    assert.equal((await call('HEAD', `${AUTH}/email/smartlogin`,
        { judge: false, query: { verificationtoken: d.token,
            number: d.number } })).status, 405);
    refused(await ping(d.device), 1139, 403);
    granted(await confirm(d.token, d.number));
    assert.equal((await navigate('/login/smartlogin/ping',
        { clientguid: d.device })).status, 400);
    assert.equal((await call('HEAD', `${AUTH}/login/smartlogin/ping`,
        { judge: false, query: { clientguid: d.device } })).status, 405);
    granted(await ping(d.device));
});

// What looks at mails follows their links, and sends no Sec-Fetch-Mode.
test('a mail never leads to a call that its link would make (S-037)',
    async () => {
        const p = await person(), twisted = key.toUpperCase()
            .replace(/^./, (c) => `%${c.charCodeAt(0).toString(16)}`);
        const call24 = `${base}${AUTH}/email/smartlogin`;
        for (const redirecturl of [`${call24}?apikey=${key}`,
            `${call24}?number=42&APIkey=%20${twisted}+`,
            `${call24}?x=1&client_id=${key}#top`,
            `https://app.example.org/docs/login?key=${key}`])
            refused(await ask({ email: p.email }, fresh(),
                { query: { redirecturl } }), 1249, 403);
        refused(await call('POST', `${AUTH}/password`, {
            query: { resetpasswordurl: `${base}/reset?apikey=${key}` },
            json: { email: p.email } }), 1249, 403);
        refused((await register({}, { query: {
            verificationurl: `${base}${AUTH}/email?apikey=${key}` } }))
            .answer, 1249, 403);
        granted(await ask({ email: p.email }, fresh(), { query: {
            redirecturl: `${base}/smart/confirm?x=%ff&key=none` } }));
        assert.match((await mail(p.email, 2)).link, /key=none&vtype=auto/);
    });

test('whether two names are one account\'s shows in nothing (S-020)',
    async () => {
        const username = `u${randomBytes(5).toString('hex')}`;
        const p = await person({ body: { UserName: username } });
        const one = fresh(), other = fresh();
        granted(await ask({ email: p.email }, one));
        granted(await ask({ username }, other));
        await mail(p.email, 3);
        refused(await ping(one), 1139, 403);
        refused(await ping(other), 1139, 403);
    });

test('a first proof drops the password of whoever registered (S-048)',
    async () => {
        const r = await register();
        granted(r.answer);
        refused(await login(r), 970, 403);
        const d = await asked(r, 2);
        granted(await confirm(d.token, d.number));
        const s = granted(await ping(d.device));
        assert.equal(s.Profile.EmailVerified, true);
        refused(await login(r), 966, 401);
    });

test('a change of the account voids link and approval (S-034)', async () => {
    const p = await person();
    const session = granted(await login(p));
    const d = await asked(p, 2);
    granted(await confirm(d.token, d.number));
    granted(await call('PUT', `${AUTH}/password/change`,
        { token: session.access_token, json: { oldpassword: password,
            newpassword: 'violet-harbour-88' } }));
    refused(await ping(d.device), 1140, 403);
});

test('parameters: none, malformed, a link that leads elsewhere', async () => {
    refused(await call('GET', `${AUTH}/login/smartlogin`,
        { query: { clientguid: fresh() } }), 1141, 400);
    refused(await ask({ email: 'no address' }, fresh()), 1038, 400);
    refused(await ask({ email: address() }, fresh(),
        { query: { redirecturl: 'https://evil.example/' } }), 1249, 403);
    const bad = await ask({ username: 'a@b' }, fresh());
    refused(bad, 1024, 403);
    refused(await ask({ username: '' }, fresh()), 1141, 400);
});

test('a wait that is over takes no cookie away: another tab may have begun ' +
    'anew', async () => {
    for (const value of [null, 'x'.repeat(43)])
        for (const method of ['HEAD', 'GET']) {
            const a = await call(method, '/smart/wait', { judge: false,
                headers: { 'X-Doorward-ApiKey': null,
                    ...value && { Cookie: `doorward-device=${value}` } } });
            assert.equal(a.status, 200);
            assert.deepEqual(setCookies(a.headers).filter((c) =>
                c.startsWith('doorward-device')), []);
        }
});
