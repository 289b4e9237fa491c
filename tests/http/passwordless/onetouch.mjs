// One-touch sign-in: LG17 to LG20.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { AUTH, address, call, granted, key, login, mail, mails, password,
    person, phone, refused, register, shift, sms, smsCode, sott, source,
    texts } from '../api.mjs';
import { request } from '../wire.mjs';

const ask = (json, options) => call('POST', `${AUTH}/onetouchlogin/email`,
    { json: { clientguid: randomUUID(), ...json }, ...options });
const confirm = (query, options) => call('GET',
    `${AUTH}/email/onetouchlogin`, { query, ...options });
const askSms = (json, options) => call('POST',
    `${AUTH}/onetouchlogin/phone`, { json, ...options });
const enter = (json, options) => call('PUT',
    `${AUTH}/onetouchlogin/phone/verify`, { json, ...options });
const wrong = (code) => code === '000000' ? '111111' : '000000';
const fifty = (fn) => Promise.all(Array.from({ length: 50 },
    (_, i) => fn(i)));
const successes = (all) => {
    assert.ok(all.every((a) => a.status < 500), all.map((a) => a.text)[0]);
    return all.filter((a) => a.status === 200).length;
};
const ctl = (...args) => execFileSync('sh', ['-c',
    `${process.env.DOORWARD_CTL} "$@"`, 'sh', ...args], { encoding: 'utf8' });
const verified = (answer) => assert.deepEqual(granted(answer),
    { IsPosted: true, IsVerified: true });
const exists = async (email) => granted(await call('GET', `${AUTH}/email`,
    { query: { email } })).IsExist;

// A device that asked for an address, and what the mail brought.
async function asked(json = {}, n = 1) {
    const email = json.email ?? address();
    const number = granted(await ask({ ...json, email })).Data.Number;
    return { email, number, ...await mail(email, n) };
}
// Whoever has the mailbox: by a link that signs in.
async function profileOf(email, n) {
    const { IsPosted } = granted(await call('GET',
        `${AUTH}/login/passwordlesslogin/email`, { query: { email } }));
    assert.ok(IsPosted);
    return granted(await call('GET',
        `${AUTH}/login/passwordlesslogin/email/verify`, { query: {
            verificationtoken: (await mail(email, n)).token } })).Profile;
}

// ---- LG17, LG20 ----

test('LG17, LG20: who is new has an account once the link comes back, not' +
    ' before', async () => {
    const p = await asked({ name: 'Mira' });
    assert.match(p.number, /^\d\d$/);
    assert.match(p.link, /\/one-touch\?vtype=onetouchlogin&vtoken=/);
    assert.equal(await exists(p.email), false);
    verified(await confirm({ verificationtoken: p.token,
        number: p.number, welcomeemailtemplate: 'x' }));
    assert.equal(await exists(p.email), true);
    assert.match((await mail(p.email, 2)).subject, /Welcome/);
    const { FirstName, EmailVerified, Password } = await profileOf(p.email, 3);
    assert.deepEqual([FirstName, EmailVerified, Password],
        ['Mira', true, null]);
    refused(await confirm({ verificationtoken: p.token, number: p.number }),
        1145, 403);
});

// The device: asks until somebody has answered.
const ping = (clientguid, options) => call('GET',
    `${AUTH}/login/smartlogin/ping`, { query: { clientguid }, ...options });
async function pinged(clientguid, options) {
    for (let i = 0; i < 20; i++) {
        const a = await ping(clientguid, options);
        if (a.status !== 429)
            return a;
        await new Promise((done) => setTimeout(done, 200));
    }
    assert.fail('429 all the time');
}

test('LG17, LG20, LG25: the device that asked has the session, once (S-040)',
    async () => {
        const clientguid = randomUUID(), from = source();
        const email = address();
        const { Number: number } = granted(await ask({ clientguid, email },
            { from })).Data;
        refused(await ping(clientguid, { from }), 1139, 403);
        const { token } = await mail(email);
        verified(await confirm({ verificationtoken: token, number }));
        refused(await pinged(clientguid), 1140, 403);   // another network
        const all = [];
        while (!all.some((a) => a.status === 200) && all.length < 400)
            all.push(...await Promise.all(Array.from({ length: 20 }, () =>
                ping(clientguid, { from }))));
        assert.ok(all.every((a) => a.status < 500));
        const [session, ...more] = all.filter((a) => a.status === 200);
        assert.equal(more.length, 0);
        assert.equal(session.json.Profile.Email[0].Value, email);
        refused(await pinged(clientguid, { from }), 1140, 403);
    });

test('either path takes the links of either family', async () => {
    const p = await asked();
    verified(await call('GET', `${AUTH}/email/smartlogin`, { query: {
        verificationtoken: p.token, number: p.number } }));
    const q = await person();
    const { Number: number } = granted(await call('GET',
        `${AUTH}/login/smartlogin`, { query: { email: q.email,
            clientguid: randomUUID() } })).Data;
    const { token } = await mail(q.email, 2);
    const other = number === '10' ? '11' : '10';
    refused(await confirm({ verificationtoken: token }), 1134, 403);
    verified(await confirm({ verificationtoken: token, number }));
    const again = await confirm({ verificationtoken: token, number: other });
    assert.ok([1137, 1138].includes(again.json.ErrorCode), again.text);
});

test('LG20: vtoken, and the secret in a body', async () => {
    const p = await asked(), q = await asked();
    verified(await confirm({ vtoken: p.token, number: p.number }));
    verified(await call('POST', `${AUTH}/email/onetouchlogin`, { json: {
        verificationtoken: q.token, number: q.number } }));
    refused(await confirm({}), 908, 400);
});

test('LG20 for who has an account changes nothing of it', async () => {
    const p = await person();
    const q = await asked({ email: p.email, name: 'Mallory' }, 2);
    verified(await confirm({ verificationtoken: q.token, number: q.number }));
    const { FirstName } = granted(await login(p)).Profile;
    assert.equal(FirstName, null);
});

test('without the number, or with another, nobody is signed in (S-040)',
    async () => {
        const p = await asked(), other = p.number === '10' ? '11' : '10';
        refused(await confirm({ verificationtoken: p.token }), 1134, 403);
        refused(await confirm({ verificationtoken: p.token, number: other }),
            1134, 403);
        refused(await confirm({ verificationtoken: p.token,
            number: p.number }), 1145, 403);
        assert.equal(await exists(p.email), false);
    });

test('HEAD and navigation spend no link (S-037, F-17)', async () => {
    const p = await asked();
    const query = { verificationtoken: p.token, number: p.number };
    assert.equal((await call('HEAD', `${AUTH}/email/onetouchlogin`,
        { query })).status, 405);
    const click = await request('GET', `${AUTH}/email/onetouchlogin?` +
        new URLSearchParams(query), [`X-Doorward-ApiKey: ${key}`,
        'Sec-Fetch-Mode: navigate']);
    assert.equal(click.json?.ErrorCode, 400, click.text);
    verified(await confirm(query));
});

test('50 parallel uses of one link: one success, one account (S-030, F-18,' +
    ' F-29)', async () => {
    const p = await asked();
    const all = await fifty(() => confirm({ verificationtoken: p.token,
        number: p.number }));
    assert.equal(successes(all), 1);
    for (const a of all.filter((b) => b.status !== 200))
        refused(a, 1145, 403);
    const list = ctl('user', 'list', '--json');
    assert.equal(list.split(p.email).length - 1, 1);
});

test('a link dies after 600 s, by a newer one, by a change of the account' +
    ' (S-031, S-034)', async () => {
    const p = await asked();
    try {
        await shift(601);
        refused(await confirm({ verificationtoken: p.token,
            number: p.number }), 975, 403);
    } finally {
        await shift(0);
    }
    const email = address();
    const first = await asked({ email }), second = await asked({ email }, 2);
    refused(await confirm({ verificationtoken: first.token,
        number: first.number }), 1063, 403);
    verified(await confirm({ verificationtoken: second.token,
        number: second.number }));
    const q = await person();
    const old = await asked({ email: q.email }, 2);
    ctl('user', 'disable', q.email);
    refused(await confirm({ verificationtoken: old.token,
        number: old.number }), 1063, 403);
});

test('who signs up meanwhile keeps the address; a first proof drops what' +
    ' is older (S-048)', async () => {
    const p = await asked();
    granted((await register({ email: p.email,
        body: { FirstName: 'Mallory' } })).answer);
    verified(await confirm({ verificationtoken: p.token, number: p.number }));
    refused(await login(p), 966, 401);
    assert.equal((await profileOf(p.email, 3)).FirstName, null);
});

test('guids: form, and used once in a day (S-040)', async () => {
    const clientguid = randomUUID();
    granted(await ask({ clientguid, email: address() }));
    for (const email of [address(), address()])
        refused(await ask({ clientguid, email }), 1136, 403);
    for (const bad of ['', 'short', 'a'.repeat(20), 'blank in it 12345678'])
        refused(await ask({ clientguid: bad, email: address() }), 908, 400);
});

test('LG17: addresses and links that cannot be', async () => {
    refused(await ask({}), 1032, 403);
    refused(await ask({ email: 'ada' }), 1038, 400);
    refused(await ask({ email: address(), name: 'a\nb' }), 1090, 400);
    refused(await ask({ email: address() }, { query: {
        redirecturl: 'https://evil.example/' } }), 1249, 403);
    const email = address();
    granted(await ask({ email }, { query: {
        redirecturl: 'https://app.example.org/docs' } }));
    assert.match((await mail(email)).link, /^https:\/\/app\.example\.org\//);
});

test('blocked and unproven are answered like everybody (S-018)', async () => {
    const q = await person();
    ctl('user', 'disable', q.email);
    const answers = [];
    for (const email of [q.email, address()])
        answers.push(granted(await ask({ email })));
    assert.deepEqual(Object.keys(answers[0]), Object.keys(answers[1]));
    assert.equal((await mails(q.email)).length, 1);
});

test('mails are metered; a guid is used all the same (S-024)', async () => {
    const email = address(), from = source();
    for (let i = 0; i < 4; i++)
        granted(await ask({ email }));
    await mail(email, 3);
    assert.equal((await mails(email)).length, 3);
    let last;
    for (let i = 0; i < 21; i++)
        last = await ask({ email: address() }, { from });
    refused(last, 1122, 403);
});

test('secrets of other purposes are none of this one (S-029)', async () => {
    const p = await asked(), q = await person();
    for (const token of ['x', 'x'.repeat(43)])
        refused(await confirm({ verificationtoken: token }), 1063, 403);
    refused(await call('GET', `${AUTH}/login/passwordlesslogin/email/verify`,
        { query: { verificationtoken: p.token } }), 1063, 403);
    refused(await call('GET', `${AUTH}/email`, { query: {
        verificationtoken: p.token } }), 973, 403);
    refused(await confirm({ email: q.email, otp: '123456' }), 1237, 403);
    refused(await confirm({ otp: '123456' }), 1032, 403);
    refused(await confirm({ email: 'x', otp: '123456' }), 1038, 400);
    verified(await confirm({ verificationtoken: p.token, number: p.number }));
});

// ---- LG18, LG19 ----

test('LG18, LG19: who is new has an account and a session', async () => {
    const number = phone();
    const a = granted(await askSms({ phone: number, name: 'Mira' }));
    assert.match(a.Data.Sid, /^SM[0-9a-f]{32}$/);
    assert.equal(granted(await call('GET', `${AUTH}/phone`,
        { query: { phone: number } })).IsExist, false);
    const otp = await smsCode(number);
    refused(await enter({ phone: number, otp: wrong(otp) }), 1067, 403);
    const { Profile } = granted(await enter({ phone: number, otp },
        { query: { smstemplate: 'x' } }));
    assert.deepEqual([Profile.PhoneId, Profile.PhoneIdVerified,
        Profile.Email, Profile.FirstName], [number, true, null, 'Mira']);
    assert.match(await sms(number, 2), /welcome/i);
    refused(await enter({ phone: number, otp }), 1068, 403);
    granted(await askSms({ phone: number }));
    const again = granted(await call('POST',
        `${AUTH}/onetouchlogin/phone/verify`, { query: {
            otp: await smsCode(number, 3) }, json: { phone: number } }));
    assert.equal(again.Profile.Uid, Profile.Uid);
});

test('LG18: by call; numbers and messages that cannot be', async () => {
    const number = phone();
    granted(await askSms({ phone: number }, { query: { isvoiceotp: 'true' } }));
    await sms(number, 1, 'voice');
    refused(await askSms({}), 1076, 400);
    refused(await askSms({ phone: '+1 20' }), 1096, 400);
    refused(await askSms({ phone: '+18765550101' }), 1072, 403);
    refused(await enter({ phone: number }), 908, 400);
    refused(await enter({ otp: '123456' }), 1076, 400);
});

test('LG19: a number that was never proven is, and drops what is older' +
    ' (S-048)', async () => {
    const number = phone();
    granted(await call('POST', `${AUTH}/register`, {
        headers: { 'X-Doorward-Sott': await sott() },
        json: { PhoneId: number, Password: password, FirstName: 'Mal' } }));
    granted(await askSms({ phone: number }));
    const { Profile } = granted(await enter({ phone: number,
        otp: await smsCode(number, 2) }));
    assert.deepEqual([Profile.FirstName, Profile.PhoneIdVerified],
        [null, true]);
    refused(await call('POST', `${AUTH}/login`, { json: { phone: number,
        password } }), 966, 401);
});

test('LG19: 50 parallel uses of one code: one session, one account (S-030,' +
    ' F-29)', async () => {
    const number = phone();
    granted(await askSms({ phone: number }));
    const otp = await smsCode(number);
    assert.equal(successes(await fifty(() => enter({ phone: number, otp }))),
        1);
});

test('LG19: codes die after 300 s and by the fifth wrong try (S-031,' +
    ' S-032)', async () => {
    const number = phone(), other = phone();
    granted(await askSms({ phone: number }));
    const otp = await smsCode(number);
    for (let i = 0; i < 5; i++)
        refused(await enter({ phone: number, otp: wrong(otp) }), 1067, 403);
    refused(await enter({ phone: number, otp }), 1067, 403);
    granted(await askSms({ phone: other }));
    const late = await smsCode(other);
    try {
        await shift(301);
        refused(await enter({ phone: other, otp: late }), 1069, 403);
    } finally {
        await shift(0);
    }
});

test('50 parallel requests for one number send three messages (S-024)',
    async () => {
        const number = phone();
        assert.equal(successes(await fifty(() => askSms({ phone: number }))),
            50);
        await sms(number, 3);
        granted(await login(await person()));   // what is due has gone out
        assert.equal((await texts(number)).length, 3);
    });

test('LG19: wrong codes suspend the number (S-021)', async () => {
    const number = phone();
    for (let i = 0; i < 10; i++)
        refused(await enter({ phone: number, otp: '12x' }), 1067, 403);
    refused(await enter({ phone: number, otp: '123456' }), 1198, 403);
});
