// Signing in by a link of a mail or a code of a text message.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, address, call, granted, key, login, mail, mails, password,
    person, phone, refused, register, shift, sms, smsCode, sott, source,
    texts } from '../api.mjs';
import './jwt.mjs';
import './onetouch.mjs';
import './pages.mjs';
import './gates.mjs';
import { request } from '../wire.mjs';

const BASE = `${AUTH}/login/passwordlesslogin`;
const ask = (query, options) => call('GET', `${BASE}/email`,
    { query, ...options });
const enter = (token, options) => call('GET', `${BASE}/email/verify`,
    { query: { verificationtoken: token }, ...options });
const askSms = (number, options) => call('GET', `${BASE}/otp`,
    { query: { phone: number }, ...options });
const enterCode = (json, options) => call('PUT', `${BASE}/otp/verify`,
    { json, ...options });
const profile = async (token) => granted(await call('GET', `${AUTH}/account`,
    { token }));
const wrong = (code) => code === '000000' ? '111111' : '000000';
const fifty = (fn) => Promise.all(Array.from({ length: 50 },
    (_, i) => fn(i)));
const successes = (all) => {
    assert.ok(all.every((a) => a.status < 500), all.map((a) => a.text)[0]);
    return all.filter((a) => a.status === 200).length;
};
const posted = (answer) => assert.deepEqual(granted(answer),
    { IsPosted: true });
const ctl = (...args) => execFileSync('sh', ['-c',
    `${process.env.DOORWARD_CTL} "$@"`, 'sh', ...args], { encoding: 'utf8' });

// Somebody, and the n-th mail's link for signing in.
async function asked(n = 2) {
    const p = await person();
    posted(await ask({ email: p.email }));
    return { ...p, token: (await mail(p.email, n)).token };
}
async function numbered() {
    const number = phone();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password } }));
    granted(await call('PUT', `${AUTH}/phone/otp`, { json: { phone: number,
        otp: await smsCode(number) } }));
    return { number };
}

// ---- LG10 to LG12 ----

test('LG10, LG12: the link of the mail signs in, once', async () => {
    const p = await asked();
    const m = await mail(p.email, 2);
    assert.match(m.link, /\/passwordless\/link\?vtype=oneclicksignin&vtoken=/);
    const session = granted(await enter(p.token));
    assert.equal(session.Profile.Email[0].Value, p.email);
    assert.equal((await profile(session.access_token)).Uid,
        session.Profile.Uid);
    refused(await enter(p.token), 1062, 403);
    granted(await login(p));    // a proven address drops nothing
});

test('LG11: by user name, to the stored address (S-012)', async () => {
    const name = `u${address().slice(1, 12)}`;
    const p = await person({ body: { UserName: name } });
    posted(await ask({ username: name.toUpperCase() }));
    granted(await enter((await mail(p.email, 2)).token));
});

test('LG12-post: the secret in a body; vtoken is the same', async () => {
    const p = await asked();
    granted(await call('POST', `${BASE}/email/verify`,
        { json: { vtoken: p.token } }));
});

test('HEAD and navigation spend no link (S-037, F-17)', async () => {
    const p = await asked();
    const query = { verificationtoken: p.token };
    const head = await call('HEAD', `${BASE}/email/verify`, { query });
    assert.equal(head.status, 405);
    // fetch keeps Sec-Fetch-Mode to itself.
    const click = await request('GET', `${BASE}/email/verify?` +
        `verificationtoken=${p.token}`, [`X-Doorward-ApiKey: ${key}`,
        'Sec-Fetch-Mode: navigate']);
    assert.equal(click.json?.ErrorCode, 400, click.text);
    granted(await enter(p.token));
});

test('a link dies after 600 s, to the second (S-031)', async () => {
    const p = await asked(), q = await asked();
    try {
        await shift(590);
        granted(await enter(p.token));
        await shift(601);
        refused(await enter(q.token), 975, 403);
    } finally {
        await shift(0);
    }
});

test('a newer link voids the older one; success voids all (S-031)',
    async () => {
        const p = await asked();
        posted(await ask({ email: p.email }));
        refused(await enter(p.token), 1063, 403);
        granted(await enter((await mail(p.email, 3)).token));
    });

test('change of the password and blocking void a link (S-034, F-26)',
    async () => {
        const p = await asked();
        const { access_token: token } = granted(await login(p));
        granted(await call('PUT', `${AUTH}/password/change`, { token,
            json: { oldPassword: password,
                newPassword: 'violet-harbour-88' } }));
        refused(await enter(p.token), 1063, 403);
        const q = await asked();
        ctl('user', 'disable', q.email);
        refused(await enter(q.token), 1063, 403);
        posted(await ask({ email: q.email }));
    });

test('50 parallel uses of one link: one session (S-030, F-18)', async () => {
    const p = await asked();
    const all = await fifty(() => enter(p.token));
    assert.equal(successes(all), 1);
    for (const a of all.filter((b) => b.status !== 200))
        refused(a, 1062, 403);
});

test('secrets of other purposes are none of this one (S-029)', async () => {
    const p = await register();
    const { token } = await mail(p.email);
    refused(await enter(token), 1063, 403);
    posted(await call('POST', `${AUTH}/password`, { json: { email: p.email } }));
    refused(await enter((await mail(p.email, 2)).token), 1063, 403);
    for (const bad of ['x', 'x'.repeat(43)])
        refused(await enter(bad), 1063, 403);
    refused(await call('GET', `${BASE}/email/verify`), 908, 400);
    const q = await asked();
    refused(await call('GET', `${AUTH}/email`, { query: {
        verificationtoken: q.token } }), 973, 403);
    refused(await call('PUT', `${AUTH}/password/reset`, { json: {
        resettoken: q.token, password } }), 1063, 403);
});

test('an address that is first proven drops what is older (S-048)',
    async () => {
        const p = await register({ body: { FirstName: 'Mallory',
            UserName: `m${address().slice(1, 12)}` } });
        granted(p.answer);
        posted(await ask({ email: p.email }));
        const session = granted(await enter((await mail(p.email, 2)).token,
            { query: { verificationtoken: (await mail(p.email, 2)).token,
                welcomeemailtemplate: 'x' } }));
        assert.equal(session.Profile.FirstName, null);
        assert.equal(session.Profile.UserName, null);
        assert.equal(session.Profile.EmailVerified, true);
        refused(await login(p), 966, 401);
        refused(await call('GET', `${AUTH}/email`, { query: {
            verificationtoken: (await mail(p.email)).token } }), 973, 403);
        assert.match((await mail(p.email, 3)).subject, /Welcome/);
    });

test('known, unknown and blocked are answered alike; only one gets a mail' +
    ' (S-018)', async () => {
    const p = await person(), q = await person();
    ctl('user', 'disable', q.email);
    const name = `u${address().slice(1, 12)}`, nobody = address();
    for (const query of [{ email: p.email }, { email: q.email },
        { email: nobody }, { username: name }])
        posted(await ask(query));
    await mail(p.email, 2);
    assert.equal((await mails(q.email)).length, 1);
    assert.equal((await mails(nobody)).length, 0);
});

test('LG10, LG11: what is no name, and links elsewhere (S-036)', async () => {
    refused(await ask({}), 1141, 400);
    refused(await ask({ email: 'ada' }), 1038, 400);
    refused(await ask({ username: 'a b' }), 1204, 403);
    refused(await ask({ username: 'a@b' }), 1024, 403);
    const p = await person();
    refused(await ask({ email: p.email,
        verificationurl: 'https://evil.example/' }), 1249, 403);
    posted(await ask({ email: p.email, oneClickSignIn: 'true',
        verificationurl: 'https://app.example.org/docs/in' }));
    assert.match((await mail(p.email, 2)).link,
        /^https:\/\/app\.example\.org\/docs\/in\?vtype=oneclicksignin&vtoken=/);
});

test('mails are metered as for a forgotten password (S-024)', async () => {
    const p = await person(), from = source();
    for (let i = 0; i < 4; i++)
        posted(await ask({ email: p.email }));
    await mail(p.email, 3);
    assert.equal((await mails(p.email)).length, 3);
    let last;
    for (let i = 0; i < 21; i++)
        last = await ask({ email: address() }, { from });
    refused(last, 1122, 403);
});

test('the link opens where the password is suspended (S-023)', async () => {
    const p = await asked(), from = source();
    for (let i = 0; i < 10; i++)
        refused(await login(p, 'wrong-words-here', { from }), 966);
    refused(await login(p, password, { from: source() }), 1198, 403);
    granted(await enter(p.token));
});

test('guessed links count for their source (S-022)', async () => {
    const from = source();
    for (let i = 0; i < 100; i += 10)
        await Promise.all(Array.from({ length: 10 }, () =>
            enter('x'.repeat(43), { from })));
    refused(await enter('x'.repeat(43), { from }), 429, 429);
});

test('mails carry links here, so there are no codes', async () => {
    const p = await asked();
    const by = (way, json) => call('POST', `${BASE}/${way}/verifyotp`,
        { json: { otp: '123456', ...json } });
    refused(await by('email', { email: p.email }), 1237, 403);
    refused(await by('username', { username: 'ada' }), 1237, 403);
});

// ---- LG15, LG16, LG4 ----

test('LG15, LG16: a code by text message signs in, once', async () => {
    const { number } = await numbered();
    const a = granted(await askSms(number));
    assert.match(a.Data.Sid, /^SM[0-9a-f]{32}$/);
    const otp = await smsCode(number, 2);
    assert.match(await sms(number, 2), /signing in/);
    refused(await enterCode({ phone: number, otp: wrong(otp) }), 1067, 403);
    const session = granted(await enterCode({ phone: number, otp }));
    assert.equal(session.Profile.PhoneId, number);
    refused(await enterCode({ phone: number, otp }), 1068, 403);
});

test('LG15 by POST and by call; LG16 by POST', async () => {
    const { number } = await numbered();
    granted(await call('POST', `${BASE}/otp`, { json: { phone: number } }));
    await sms(number, 2);
    granted(await call('POST', `${BASE}/otp`, { query: { phone: number,
        isvoiceotp: 'true' } }));
    const otp = (await sms(number, 1, 'voice')).match(/\d/g).join('')
        .slice(0, 6);
    granted(await call('POST', `${BASE}/otp/verify`, { json: {
        phone: number, otp } }));
});

test('LG4: the old route, with a code and no password', async () => {
    const { number } = await numbered();
    granted(await askSms(number));
    const otp = await smsCode(number, 2);
    const old = (json) => call('POST', `${AUTH}/login`, { json });
    refused(await old({ phone: number, otp: wrong(otp) }), 1067, 403);
    refused(await old({ phone: number, otp, password: 'wrong-words' }), 966);
    granted(await old({ phone: number, otp }));
    granted(await old({ phone: number, password }));
});

test('only proven numbers get a code, all get one answer (S-018, S-020)',
    async () => {
        const pending = phone(), nobody = phone();
        granted(await call('POST', `${AUTH}/register`, {
            headers: { 'X-Doorward-Sott': await sott() },
            json: { PhoneId: pending, Password: password } }));
        const { number } = await numbered();
        for (const to of [pending, nobody, number])
            assert.deepEqual(Object.keys(granted(await askSms(to))),
                ['IsPosted', 'Data']);
        await sms(number, 2);
        assert.equal((await texts(pending)).length, 1);
        assert.equal((await texts(nobody)).length, 0);
        for (const to of [pending, nobody, number])
            for (const otp of ['12345', 'x'])
                refused(await enterCode({ phone: to, otp }), 1067, 403);
    });

test('LG15: numbers and messages that cannot be', async () => {
    refused(await askSms(''), 1076, 400);
    refused(await askSms('+1 20'), 1096, 400);
    refused(await askSms('+18765550101'), 1072, 403);
    refused(await enterCode({ otp: '123456' }), 1076, 400);
    refused(await enterCode({ phone: phone() }), 908, 400);
    refused(await enterCode({ phone: phone(), otp: 123456 }), 1090, 400);
});

test('a code dies after 300 s, with its fifth wrong try, by a newer one' +
    ' (S-031, S-032)', async () => {
    const { number } = await numbered();
    granted(await askSms(number));
    const first = await smsCode(number, 2);
    granted(await askSms(number));
    const second = await smsCode(number, 3);
    if (first !== second)
        refused(await enterCode({ phone: number, otp: first }), 1067, 403);
    for (let i = first !== second; i < 5; i++)
        refused(await enterCode({ phone: number, otp: wrong(second) }), 1067);
    refused(await enterCode({ phone: number, otp: second }), 1067, 403);
    const other = await numbered();
    granted(await askSms(other.number));
    const otp = await smsCode(other.number, 2);
    try {
        await shift(301);
        refused(await enterCode({ phone: other.number, otp }), 1069, 403);
    } finally {
        await shift(0);
    }
});

test('wrong codes suspend the number as wrong passwords do (S-021)',
    async () => {
        const { number } = await numbered(), from = source();
        for (let i = 0; i < 10; i++)
            refused(await enterCode({ phone: number, otp: '12x' },
                { from }), 1067, 403);
        refused(await enterCode({ phone: number, otp: '123456' }), 1198, 403);
        refused(await call('POST', `${AUTH}/login`, { json: { phone: number,
            password } }), 1198, 403);
    });

test('LG16: 50 parallel uses of one code: one session (S-030, F-18)',
    async () => {
        const { number } = await numbered();
        granted(await askSms(number));
        const otp = await smsCode(number, 2);
        assert.equal(successes(await fifty(() =>
            enterCode({ phone: number, otp }))), 1);
    });

test('messages to one number are metered (S-024)', async () => {
    const { number } = await numbered();
    assert.equal(successes(await fifty(() => askSms(number))), 50);
    await sms(number, 3);
    granted(await login(await person()));   // what is due has gone out
    assert.equal((await texts(number)).length, 3);
});

// ---- LG5 ----

test('LG5: the parameters of risk rules change nothing', async () => {
    const p = await person();
    const query = { passwordDelegation: 'true', passwordDelegationApp: 'x' };
    for (const of of ['Browser', 'City', 'Country', 'Ip', 'Device'])
        for (const kind of ['Email', 'Sms'])
            query[`rba${of}${kind}Template`] = 'x';
    Object.assign(query, { rbaOneclickEmailTemplate: 'x',
        rbaOTPSmsTemplate: 'x' });
    granted(await login(p, password, { query }));
    refused(await login(p, 'wrong-words-here', { query }), 966, 401);
});
